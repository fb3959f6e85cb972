package rag.flink.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkAlignmentParams;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.connector.source.abilities.SupportsWatermarkPushDown;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.junit.jupiter.api.Test;

class RowtimeSourceTest {

    /** Remembers the watermark that it is given. */
    private static final class Watermarked
            implements ScanTableSource, SupportsReadingMetadata, SupportsWatermarkPushDown {

        private WatermarkStrategy<RowData> strategy;

        @Override
        public void applyWatermark(WatermarkStrategy<RowData> given) {
            strategy = given;
        }

        @Override
        public Map<String, DataType> listReadableMetadata() {
            return Map.of();
        }

        @Override
        public void applyReadableMetadata(List<String> keys, DataType produced) {}

        @Override
        public ChangelogMode getChangelogMode() {
            return ChangelogMode.insertOnly();
        }

        @Override
        public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
            throw new UnsupportedOperationException();
        }

        @Override
        public DynamicTableSource copy() {
            return this;
        }

        @Override
        public String asSummaryString() {
            return "watermarked";
        }
    }

    private static WatermarkAlignmentParams alignment(Duration drift) {
        Watermarked kafka = new Watermarked();
        RowtimeSource source = (RowtimeSource) new RowtimeSource(kafka, "statement-1", drift).copy();
        source.applyWatermark(WatermarkStrategy.noWatermarks());
        return kafka.strategy.getAlignmentParameters();
    }

    @Test
    void allSourcesOfAStatementAreAligned() {
        assertEquals("statement-1", alignment(Duration.ofMinutes(5)).getWatermarkGroup());
        assertEquals(300_000, alignment(Duration.ofMinutes(5)).getMaxAllowedWatermarkDrift());
    }

    @Test
    void withoutADriftTheyAreNot() {
        assertEquals(WatermarkAlignmentParams.WATERMARK_ALIGNMENT_DISABLED, alignment(Duration.ZERO));
    }
}
