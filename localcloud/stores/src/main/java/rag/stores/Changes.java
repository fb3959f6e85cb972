package rag.stores;

import de.bwaldvogel.mongo.bson.Document;

/** Takes each change of a collection as it happens. */
interface Changes {

    /** That document is there from now on, instead of the one with that key, if there was one. */
    void put(String namespace, Object key, Document document);

    void remove(String namespace, Object key);

    /** The collection is gone with all that is in it. */
    void removeAll(String namespace);
}
