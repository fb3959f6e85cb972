package rag.flink;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.rpc.RpcSystem;
import org.apache.flink.runtime.rpc.RpcSystemLoader;
import org.apache.flink.runtime.rpc.pekko.PekkoRpcSystem;

/**
 * Loads Flink's RPC (Pekko) from the class path.
 *
 * <p>Flink's own loader unpacks a jar of 24 MB at each start, and gives it a class loader of its own, whose classes no
 * class-data archive can hold. It keeps Pekko's Scala apart from a user's; here there is only the planner's, which is the
 * same version.
 */
public final class RpcLoader implements RpcSystemLoader {

    /** The smallest number is asked first. Flink's own loader has 0; where tests run, it is on the class path, too. */
    private static final int BEFORE_FLINKS_OWN = -1;

    @Override
    public int getLoadPriority() {
        return BEFORE_FLINKS_OWN;
    }

    @Override
    public RpcSystem loadRpcSystem(Configuration configuration) {
        return new PekkoRpcSystem();
    }
}
