"""The Datagen source connector: settings, random records, transforms, wire formats."""
