import java.io.*;

class Reader {
    Object read(InputStream input) throws Exception {
        ObjectInputStream stream = new ObjectInputStream(input);
        // ruleid: java.unsafe-deserialisation
        return stream.readObject();
    }

    Object filtered(InputStream input) throws Exception {
        ObjectInputStream stream = new ObjectInputStream(input);
        stream.setObjectInputFilter(filter);
        // ok: java.unsafe-deserialisation
        return stream.readObject();
    }
}
