import java.io.*;
import java.nio.file.*;

class Downloads {
    void get(HttpServletRequest request) throws Exception {
        String name = request.getParameter("file");
        // ruleid: java.path-traversal
        new FileInputStream("uploads/" + name);
        // ruleid: java.path-traversal
        Files.readAllBytes(Paths.get("uploads", name));
        // ok: java.path-traversal
        new FileInputStream("uploads/" + FilenameUtils.getName(name));
        Path target = root.resolve(name).normalize();
        if (!target.startsWith(root)) {
            throw new IllegalArgumentException("bad name");
        }
        // ok: java.path-traversal
        Files.readAllBytes(target);
    }
}
