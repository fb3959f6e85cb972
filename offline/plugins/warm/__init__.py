"""Plugins that have imported everything before they start: forked from one process that has.

An ``up`` starts language host and providers once for its preview and once more for the update, and what they do until
they can answer is to import the SDKs. So the front door starts ``python -m offline.plugins.warm FD`` beside `pulumi`
(``toolchain/frontdoor/setup/warm.py``). The engine starts the launchers in ``offline/plugins/bin`` as ever. A launcher
asks at the other end of FD for a fork that takes over its streams (``launcher.py``). Without the warm process, or
without its answer, the launcher runs the plugin by itself.

The request is one byte, and with it the launcher's three streams and a socket (``SCM_RIGHTS``). Over that socket the
launcher sends what to run, as a line of JSON; the fork answers with one byte when it is there; then each signal
that the launcher gets is a byte for the fork. In the end of the socket either sees that the other is gone.
"""
