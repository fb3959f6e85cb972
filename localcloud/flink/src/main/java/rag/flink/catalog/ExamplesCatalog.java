package rag.flink.catalog;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.CatalogDatabase;
import org.apache.flink.table.catalog.CatalogDatabaseImpl;
import org.apache.flink.table.catalog.CatalogModel;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.GenericInMemoryCatalog;
import org.apache.flink.table.catalog.ModelChange;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.catalog.TableChange;
import org.apache.flink.table.catalog.exceptions.DatabaseNotExistException;
import org.apache.flink.table.catalog.exceptions.TableNotExistException;
import org.apache.flink.table.factories.Factory;
import rag.flink.UserException;

/**
 * Confluent's catalog {@code examples}: one database, {@code marketplace}, whose tables generate rows without end.
 *
 * <p>It can be read by everyone, and changed by nobody.
 */
public final class ExamplesCatalog extends GenericInMemoryCatalog {

    public static final String NAME = "examples";
    static final String DATABASE = "marketplace";

    private final StatementContext statement;

    public ExamplesCatalog(StatementContext statement) {
        super(NAME, DATABASE);
        this.statement = statement;
    }

    @Override
    public Optional<Factory> getFactory() {
        return Optional.of(new ExampleTableFactory());
    }

    @Override
    public List<String> listDatabases() {
        return List.of(DATABASE);
    }

    @Override
    public boolean databaseExists(String name) {
        return name.equals(DATABASE);
    }

    @Override
    public CatalogDatabase getDatabase(String name) throws DatabaseNotExistException {
        require(name);
        return new CatalogDatabaseImpl(Map.of(), null);
    }

    @Override
    public List<String> listTables(String database) throws DatabaseNotExistException {
        require(database);
        return ExampleTable.names();
    }

    @Override
    public List<String> listViews(String database) throws DatabaseNotExistException {
        require(database);
        return List.of();
    }

    @Override
    public List<String> listMaterializedTables(String database) {
        return List.of();
    }

    private void require(String database) throws DatabaseNotExistException {
        if (!databaseExists(database)) {
            throw new DatabaseNotExistException(NAME, database);
        }
    }

    @Override
    public boolean tableExists(ObjectPath path) {
        return databaseExists(path.getDatabaseName()) && ExampleTable.named(path.getObjectName()).isPresent();
    }

    @Override
    public CatalogBaseTable getTable(ObjectPath path) throws TableNotExistException {
        if (!tableExists(path)) {
            throw new TableNotExistException(NAME, path);
        }
        ExampleTable table = ExampleTable.named(path.getObjectName()).orElseThrow();
        Schema.Builder schema = Schema.newBuilder();
        table.columns.forEach((name, type) -> schema.column(name, type));
        if (statement.systemColumns()) {
            SystemColumns.addTo(schema, true);
            schema.watermark(SystemColumns.ROWTIME, "`" + SystemColumns.ROWTIME + "`"); // the largest one so far
        }
        table.key().ifPresent(schema::primaryKey);
        Map<String, String> options =
                Map.of(
                        TopicTables.CHANGELOG_MODE, table.key().isPresent() ? "upsert" : "append",
                        "connector", "faker",
                        "rows-per-second", Integer.toString(GeneratedSource.ROWS_PER_SECOND));
        return CatalogTable.newBuilder().schema(schema.build()).options(options).build();
    }

    // Nothing changes -------------------------------------------------------------------------------------------------

    static UserException isReadOnly() {
        return new UserException(
                "The catalog '" + NAME + "' can only be read: write into a table of your own, which CREATE TABLE ... AS"
                        + " SELECT makes of an example.");
    }

    @Override
    public void createDatabase(String name, CatalogDatabase database, boolean ignoreIfExists) {
        if (database != null && !name.equals(DATABASE)) { // the constructor makes the default database
            throw isReadOnly();
        }
    }

    @Override
    public void createTable(ObjectPath path, CatalogBaseTable table, boolean ignoreIfExists) {
        throw isReadOnly();
    }

    @Override
    public void alterTable(ObjectPath path, CatalogBaseTable table, boolean ignoreIfNotExists) {
        throw isReadOnly();
    }

    @Override
    public void alterTable(
            ObjectPath path, CatalogBaseTable table, List<TableChange> changes, boolean ignoreIfNotExists) {
        throw isReadOnly();
    }

    @Override
    public void renameTable(ObjectPath path, String newName, boolean ignoreIfNotExists) {
        throw isReadOnly();
    }

    @Override
    public void dropTable(ObjectPath path, boolean ignoreIfNotExists) {
        throw isReadOnly();
    }

    @Override
    public void createModel(ObjectPath path, CatalogModel model, boolean ignoreIfExists) {
        throw isReadOnly();
    }

    @Override
    public void alterModel(ObjectPath path, CatalogModel model, List<ModelChange> changes, boolean ignoreIfNotExists) {
        throw isReadOnly();
    }
}
