package rag.flink;

import static org.junit.jupiter.api.Assertions.assertSame;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.rpc.RpcSystem;
import org.apache.flink.runtime.rpc.pekko.PekkoRpcSystem;
import org.junit.jupiter.api.Test;

class RpcLoaderTest {

    @Test
    void pekkoIsLoadedFromTheClassPathWhereAnArchiveCanHoldIt() throws Exception {
        try (RpcSystem loaded = RpcSystem.load(new Configuration())) {
            assertSame(PekkoRpcSystem.class, loaded.getClass());
            assertSame(RpcLoader.class.getClassLoader(), loaded.getClass().getClassLoader());
        }
    }
}
