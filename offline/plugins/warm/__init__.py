"""The fork server: a process with all imports done, from which plugins are forked.

Why: an ``up`` starts language host and providers twice, for its preview and its update, and each start spends its time
on importing the SDKs. So the front door starts ``python -m offline.plugins.warm FD`` beside `pulumi`
(``toolchain/frontdoor/setup/warm.py``). The engine starts the launchers in ``offline/plugins/bin`` as usual. A launcher
requests a fork at the other end of FD, and the fork takes over the launcher's streams (``launcher.py``). Without a fork
server, or without its response, the launcher runs the plugin itself.

The protocol: A request is one byte, with the launcher's three streams and a socket (``SCM_RIGHTS``). Over that socket
the launcher sends module, arguments and environment as a line of JSON. The fork answers with one byte when it is ready.
After that the launcher forwards each signal as a byte. Each side notices the other's end by the end of the socket.
"""
