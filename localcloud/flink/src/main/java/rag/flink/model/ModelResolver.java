package rag.flink.model;

import java.util.Optional;
import org.apache.flink.table.catalog.CatalogModel;
import org.apache.flink.table.catalog.exceptions.ModelNotExistException;
import rag.flink.UserException;
import rag.flink.catalog.ObjectNames;

/** Resolves a model's name for one statement: {@code m}, {@code database.m} or {@code catalog.database.m}. */
public final class ModelResolver {

    private final ObjectNames names;

    /** A model and the environment whose connections it uses. */
    record Found(String name, String environmentId, CatalogModel model) {}

    public ModelResolver(ObjectNames names) {
        this.names = names;
    }

    Found resolve(String name) {
        Optional<ObjectNames.Place> place = names.find(name);
        if (place.isPresent()) {
            try {
                CatalogModel model = place.get().catalog().getModel(place.get().path());
                String environment = place.get().catalog().environment().id();
                return new Found(place.get().path().getObjectName(), environment, model);
            } catch (ModelNotExistException e) {
                // reported below, as for an unknown catalog
            }
        }
        throw new UserException(names.missing("Model", name));
    }
}
