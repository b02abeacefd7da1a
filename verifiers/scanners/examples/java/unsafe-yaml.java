class Settings {
    Object read(String text) {
        Yaml yaml = new Yaml();
        // ruleid: java.unsafe-yaml
        return yaml.load(text);
    }

    Object safe(String text) {
        Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        // ok: java.unsafe-yaml
        return yaml.load(text);
    }
}
