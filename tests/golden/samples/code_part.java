package depot;

import java.util.List;

/** A depot. */
@Deprecated
public class Depot<T extends Comparable<T>> {
    private final List<T> all;

    public Depot(List<T> all) {
        this.all = all;
        all.sort(null);
        System.out.println("sorted");
    }

    public T best() throws Exception {
        if (all.isEmpty()) {
            throw new Exception("nothing here");
        }
        return all.get(0);
    }
}
