import java.util.zip.*;

class Unpack {
    void all(ZipInputStream stream, File folder) throws Exception {
        ZipEntry entry;
        while ((entry = stream.getNextEntry()) != null) {
            // ruleid: java.zip-slip
            File target = new File(folder, entry.getName());
            write(stream, target);
        }
    }

    void safely(ZipInputStream stream, Path folder) throws Exception {
        ZipEntry entry;
        while ((entry = stream.getNextEntry()) != null) {
            // ok: java.zip-slip
            Path target = folder.resolve(entry.getName()).normalize();
            if (!target.startsWith(folder)) {
                throw new IOException("bad entry");
            }
            write(stream, target);
        }
    }
}
