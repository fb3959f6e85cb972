package rag.flink.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.CatalogDatabase;
import org.apache.flink.table.catalog.CatalogDatabaseImpl;
import org.apache.flink.table.catalog.CatalogModel;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.CatalogView;
import org.apache.flink.table.catalog.GenericInMemoryCatalog;
import org.apache.flink.table.catalog.ModelChange;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.catalog.ResolvedCatalogModel;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.ResolvedCatalogView;
import org.apache.flink.table.catalog.TableChange;
import org.apache.flink.table.catalog.exceptions.DatabaseNotExistException;
import org.apache.flink.table.catalog.exceptions.ModelAlreadyExistException;
import org.apache.flink.table.catalog.exceptions.ModelNotExistException;
import org.apache.flink.table.catalog.exceptions.TableAlreadyExistException;
import org.apache.flink.table.catalog.exceptions.TableNotExistException;
import org.apache.flink.table.catalog.stats.CatalogColumnStatistics;
import org.apache.flink.table.catalog.stats.CatalogTableStatistics;
import org.apache.flink.table.factories.Factory;
import rag.flink.UserException;
import rag.flink.workspace.Database;
import rag.flink.workspace.Environment;

/**
 * An environment as one statement sees it: a database is a Kafka cluster, a table a topic with its schemas.
 *
 * <p>One instance per statement and name of the environment. So every access uses the rights of the statement's principal,
 * and a statement is planned against one unchanging view of its tables. Functions and partitions, which Confluent does
 * not have, are inherited and empty.
 */
public final class EnvironmentCatalog extends GenericInMemoryCatalog {

    private final Environment environment;
    private final StatementContext statement;
    private final CatalogStore store;
    private final Topics topics;
    private final Models models;
    private final Map<ObjectPath, CatalogBaseTable> seen = new ConcurrentHashMap<>();
    private final Map<ObjectPath, Rollback> made = new ConcurrentHashMap<>();

    public EnvironmentCatalog(
            String name,
            Environment environment,
            String defaultDatabase,
            StatementContext statement,
            CatalogStore store) {
        super(name, defaultDatabase);
        this.environment = environment;
        this.statement = statement;
        this.store = store;
        this.topics = new Topics(environment, statement.principal());
        this.models = new Models(environment, store);
    }

    public Environment environment() {
        return environment;
    }

    @Override
    public Optional<Factory> getFactory() {
        return Optional.of(new CatalogTableFactory(this, new TopicTableFactory(environment, statement)));
    }

    // Databases -------------------------------------------------------------------------------------------------------

    @Override
    public List<String> listDatabases() {
        return environment.databases().stream().map(Database::name).sorted().toList();
    }

    @Override
    public boolean databaseExists(String name) {
        return name.equals(InformationSchema.NAME) || environment.database(name).isPresent();
    }

    @Override
    public CatalogDatabase getDatabase(String name) throws DatabaseNotExistException {
        if (!databaseExists(name)) {
            throw new DatabaseNotExistException(getName(), name);
        }
        return new CatalogDatabaseImpl(Map.of(), null);
    }

    @Override
    public void createDatabase(String name, CatalogDatabase database, boolean ignoreIfExists) {
        throw new UserException("A database is a Kafka cluster: create one through the cloud's API instead.");
    }

    @Override
    public void dropDatabase(String name, boolean ignoreIfNotExists, boolean cascade) {
        throw new UserException("A database is a Kafka cluster: delete it through the cloud's API instead.");
    }

    private Database require(String name) throws DatabaseNotExistException {
        return environment.database(name).orElseThrow(() -> new DatabaseNotExistException(getName(), name));
    }

    // Tables and views ------------------------------------------------------------------------------------------------

    @Override
    public List<String> listTables(String databaseName) throws DatabaseNotExistException {
        if (databaseName.equals(InformationSchema.NAME)) {
            return InformationSchema.views();
        }
        Database database = require(databaseName);
        TreeSet<String> names = new TreeSet<>(topics.list(database));
        names.addAll(listViews(databaseName));
        names.addAll(store.read(environment, database, entries -> List.copyOf(entries.externals().keySet())));
        names.addAll(store.read(environment, database, entries -> List.copyOf(entries.generated().keySet())));
        return new ArrayList<>(names);
    }

    @Override
    public List<String> listViews(String databaseName) throws DatabaseNotExistException {
        return store.read(environment, require(databaseName), entries -> List.copyOf(entries.views().keySet()));
    }

    @Override
    public List<String> listMaterializedTables(String databaseName) {
        return List.of();
    }

    @Override
    public boolean tableExists(ObjectPath path) {
        try {
            getTable(path);
            return true;
        } catch (TableNotExistException e) {
            return false;
        }
    }

    @Override
    public CatalogBaseTable getTable(ObjectPath path) throws TableNotExistException {
        CatalogBaseTable known = seen.get(path);
        if (known == null) {
            known = find(path).orElseThrow(() -> new TableNotExistException(getName(), path));
            seen.put(path, known);
        }
        return known;
    }

    private void forget(ObjectPath path) {
        seen.remove(path);
    }

    private Optional<CatalogBaseTable> find(ObjectPath path) {
        if (path.getDatabaseName().equals(InformationSchema.NAME)) {
            return InformationSchema.find(path.getObjectName());
        }
        Optional<Database> database = environment.database(path.getDatabaseName());
        if (database.isEmpty()) {
            return Optional.empty();
        }
        Optional<CatalogView> view = views(path).find(path.getObjectName());
        if (view.isPresent()) {
            return view.map(found -> found);
        }
        Optional<CatalogTable> external = externals(path).find(path.getObjectName());
        if (external.isPresent()) {
            return external.map(found -> found);
        }
        Optional<CatalogTable> generated = fakers(path).find(path.getObjectName(), statement.systemColumns());
        if (generated.isPresent()) {
            return generated.map(found -> found);
        }
        return topics.find(database.get(), path.getObjectName(), entry(path), statement.systemColumns())
                .map(table -> table);
    }

    @Override
    public void createTable(ObjectPath path, CatalogBaseTable table, boolean ignoreIfExists)
            throws TableAlreadyExistException, DatabaseNotExistException {
        requireWritable(path);
        Database database = require(path.getDatabaseName());
        forget(path);
        if (tableExists(path)) {
            if (ignoreIfExists) {
                return;
            }
            throw new TableAlreadyExistException(getName(), path);
        }
        if (table instanceof ResolvedCatalogView view) {
            views(path).replace(path.getObjectName(), view);
        } else if (ExternalTables.isExternal(table)) {
            externals(path).create(path.getObjectName(), (ResolvedCatalogTable) table);
        } else if (FakerTables.isOne(table)) {
            fakers(path).create(path.getObjectName(), (ResolvedCatalogTable) table);
        } else {
            createTopic(database, path, (ResolvedCatalogTable) table, ignoreIfExists);
        }
        forget(path);
    }

    private void createTopic(Database database, ObjectPath path, ResolvedCatalogTable table, boolean ignoreIfExists)
            throws TableAlreadyExistException {
        NewTable wanted = NewTable.of(path.getObjectName(), table);
        Rollback rollback = createDeadLetters(database, path, wanted.entry().options());
        try {
            Optional<Rollback> made = createTopic(database, path.getObjectName(), wanted);
            if (made.isEmpty() && !ignoreIfExists) {
                throw new TableAlreadyExistException(getName(), path);
            }
            made.ifPresent(undo -> rollback.add(undo::run));
        } catch (RuntimeException | TableAlreadyExistException e) {
            rollback.run();
            throw e;
        }
        made.put(path, rollback);
    }

    /** Creates a topic with its schemas and its entry, or nothing; the rollback is empty if the topic exists already. */
    private Optional<Rollback> createTopic(Database database, String name, NewTable wanted) {
        Optional<Rollback> rollback = topics.create(database, name, wanted);
        if (rollback.isPresent()) {
            try {
                store.change(environment, database, entries -> entries.tables().put(name, wanted.entry()));
            } catch (RuntimeException e) {
                rollback.get().run();
                throw e;
            }
            rollback.get().add(() -> store.change(environment, database, entries -> entries.tables().remove(name)));
        }
        return rollback;
    }

    /** Creates the table that records go to which cannot be read, if a table's options call for one that is not there. */
    private Rollback createDeadLetters(Database database, ObjectPath table, Map<String, String> options) {
        Rollback rollback = new Rollback();
        Optional<String> letters = DeadLetters.of(options);
        if (letters.isPresent()) {
            ObjectPath path = new ObjectPath(table.getDatabaseName(), letters.get());
            DeadLetters.requireOther(letters.get(), table.getObjectName());
            Optional<CatalogBaseTable> found = find(path);
            found.ifPresent(there -> DeadLetters.requireColumns(letters.get(), there));
            if (found.isEmpty()) {
                createTopic(database, letters.get(), NewTable.of(letters.get(), DeadLetters.table()))
                        .ifPresent(made -> rollback.add(made::run));
                forget(path);
            }
        }
        return rollback;
    }

    /** Rolls back the creation of a table, if this statement has created it. */
    public void undoCreate(ObjectPath path) {
        Rollback rollback = made.remove(path);
        if (rollback != null) {
            rollback.run();
            forget(path);
        }
    }

    @Override
    public void alterTable(ObjectPath path, CatalogBaseTable table, boolean ignoreIfNotExists)
            throws TableNotExistException {
        if (!(table instanceof ResolvedCatalogView view)) {
            throw new UserException("Only the options of a table can be changed here: use ALTER TABLE ... SET or RESET.");
        }
        requireWritable(path);
        Views views = views(path);
        if (!views.exists(path.getObjectName())) {
            throw new TableNotExistException(getName(), path);
        }
        views.replace(path.getObjectName(), view);
        forget(path);
    }

    @Override
    public void alterTable(
            ObjectPath path, CatalogBaseTable table, List<TableChange> changes, boolean ignoreIfNotExists)
            throws TableNotExistException {
        requireWritable(path);
        CatalogBaseTable before = getTable(path);
        if (ExternalTables.isExternal(before)) {
            throw new UserException(
                    "The external table '" + path.getObjectName()
                            + "' cannot be changed: drop it, and create it with other options.");
        }
        if (FakerTables.isOne(before)) {
            fakers(path).alter(path.getObjectName(), before, (ResolvedCatalogTable) table, changes);
            forget(path);
            return;
        }
        Database database = environment.database(path.getDatabaseName()).orElseThrow();
        CatalogEntries.Table entry = entry(path).orElse(CatalogEntries.Table.ofTopic());
        boolean isOfOptions =
                changes.stream()
                        .allMatch(
                                change ->
                                        change instanceof TableChange.SetOption
                                                || change instanceof TableChange.ResetOption);
        if (isOfOptions) {
            alterOptions(database, path, TableOptions.changed(before, changes, entry.isInferred()), entry);
        } else {
            CatalogEntries.Table changed = TableColumns.changed(path.getObjectName(), before, table, entry);
            change(database, path.getObjectName(), now -> now.withColumnsOf(changed));
        }
        forget(path);
    }

    private void alterOptions(Database database, ObjectPath path, TableOptions options, CatalogEntries.Table entry) {
        String name = path.getObjectName();
        Rollback rollback = createDeadLetters(database, path, options.after());
        try {
            CatalogEntries.Table changed = entry.withOptions(options.set(), options.reset());
            topics.find(database, name, Optional.of(changed), true); // refuses what does not fit the schemas
            topics.configure(database, name, options.configsBefore(), options.configs());
            rollback.add(() -> topics.configure(database, name, options.configs(), options.configsBefore()));
            change(database, name, now -> now.withOptions(options.set(), options.reset()));
        } catch (RuntimeException e) {
            rollback.run();
            throw e;
        }
    }

    /** Changes a table's entry as it is now: another statement may have changed it, too. */
    private void change(Database database, String name, UnaryOperator<CatalogEntries.Table> change) {
        store.change(
                environment,
                database,
                entries ->
                        entries.tables()
                                .compute(
                                        name,
                                        (key, now) ->
                                                change.apply(now == null ? CatalogEntries.Table.ofTopic() : now)));
    }

    @Override
    public void renameTable(ObjectPath path, String newName, boolean ignoreIfNotExists)
            throws TableNotExistException, TableAlreadyExistException {
        requireWritable(path);
        ObjectPath renamed = new ObjectPath(path.getDatabaseName(), newName);
        if (!tableExists(path)) {
            throw new TableNotExistException(getName(), path);
        }
        Views views = views(path);
        if (!views.exists(path.getObjectName())) {
            throw new UserException("A topic cannot be renamed, and neither can its table.");
        }
        if (tableExists(renamed)) {
            throw new TableAlreadyExistException(getName(), renamed);
        }
        views.rename(path.getObjectName(), newName);
        forget(path);
        forget(renamed);
    }

    private ExternalTables externals(ObjectPath path) {
        return new ExternalTables(environment, environment.database(path.getDatabaseName()).orElseThrow(), store);
    }

    private FakerTables fakers(ObjectPath path) {
        return new FakerTables(environment, environment.database(path.getDatabaseName()).orElseThrow(), store);
    }

    private Views views(ObjectPath path) {
        return new Views(environment, environment.database(path.getDatabaseName()).orElseThrow(), store);
    }

    /** Parts of a table's DDL that neither topic nor schema can hold; empty for a view, and without a DDL. */
    Optional<CatalogEntries.Table> entry(ObjectPath path) {
        return environment
                .database(path.getDatabaseName())
                .map(database -> store.read(environment, database, entries -> entries.declared(path.getObjectName())));
    }

    @Override
    public void dropTable(ObjectPath path, boolean ignoreIfNotExists) throws TableNotExistException {
        requireWritable(path);
        forget(path);
        if (!tableExists(path)) {
            if (ignoreIfNotExists) {
                return;
            }
            throw new TableNotExistException(getName(), path);
        }
        String name = path.getObjectName();
        Database database = environment.database(path.getDatabaseName()).orElseThrow();
        boolean noTopic =
                store.change(
                        environment,
                        database,
                        entries ->
                                entries.views().remove(name) != null
                                        || entries.externals().remove(name) != null
                                        || entries.generated().remove(name) != null);
        if (!noTopic) {
            topics.delete(database, name);
            store.change(environment, database, entries -> entries.tables().remove(name));
        }
        forget(path);
    }

    private static void requireWritable(ObjectPath path) {
        if (path.getDatabaseName().equals(InformationSchema.NAME)) {
            throw new UserException(InformationSchema.NAME + " can only be read.");
        }
    }

    // Models ----------------------------------------------------------------------------------------------------------

    @Override
    public List<String> listModels(String databaseName) throws DatabaseNotExistException {
        return models.list(require(databaseName));
    }

    @Override
    public boolean modelExists(ObjectPath path) {
        return environment
                .database(path.getDatabaseName())
                .flatMap(database -> models.find(database, path.getObjectName()))
                .isPresent();
    }

    @Override
    public CatalogModel getModel(ObjectPath path) throws ModelNotExistException {
        return environment
                .database(path.getDatabaseName())
                .flatMap(database -> models.find(database, path.getObjectName()))
                .orElseThrow(() -> new ModelNotExistException(getName(), path));
    }

    /** The default version, the one that the name ends in ({@code m$2}), or all of them ({@code m$all}). */
    public List<ModelVersion> modelVersions(ObjectPath path) {
        return environment
                .database(path.getDatabaseName())
                .map(database -> models.versions(database, path.getObjectName()))
                .orElse(List.of());
    }

    @Override
    public void createModel(ObjectPath path, CatalogModel model, boolean ignoreIfExists)
            throws DatabaseNotExistException {
        Database database = require(path.getDatabaseName());
        if (!ignoreIfExists || !modelExists(path)) {
            models.create(database, path.getObjectName(), (ResolvedCatalogModel) model);
        }
    }

    @Override
    public void alterModel(
            ObjectPath path, CatalogModel model, List<ModelChange> changes, boolean ignoreIfNotExists)
            throws ModelNotExistException {
        if (modelExists(path)) {
            models.alter(environment.database(path.getDatabaseName()).orElseThrow(), path.getObjectName(), changes);
        } else if (!ignoreIfNotExists) {
            throw new ModelNotExistException(getName(), path);
        }
    }

    @Override
    public void renameModel(ObjectPath path, String newName, boolean ignoreIfNotExists)
            throws ModelNotExistException, ModelAlreadyExistException {
        ObjectPath renamed = new ObjectPath(path.getDatabaseName(), newName);
        if (!modelExists(path)) {
            if (ignoreIfNotExists) {
                return;
            }
            throw new ModelNotExistException(getName(), path);
        }
        if (modelExists(renamed)) {
            throw new ModelAlreadyExistException(getName(), renamed);
        }
        models.rename(environment.database(path.getDatabaseName()).orElseThrow(), path.getObjectName(), newName);
    }

    @Override
    public void dropModel(ObjectPath path, boolean ignoreIfNotExists) throws ModelNotExistException {
        if (modelExists(path)) {
            models.drop(environment.database(path.getDatabaseName()).orElseThrow(), path.getObjectName());
        } else if (!ignoreIfNotExists) {
            throw new ModelNotExistException(getName(), path);
        }
    }

    // Statistics ------------------------------------------------------------------------------------------------------

    @Override
    public CatalogTableStatistics getTableStatistics(ObjectPath path) {
        return CatalogTableStatistics.UNKNOWN;
    }

    @Override
    public CatalogColumnStatistics getTableColumnStatistics(ObjectPath path) {
        return CatalogColumnStatistics.UNKNOWN;
    }
}
