@SuppressWarnings("all")
public class Solution implements acrisol.StandIn {
private final acrisol.Handle acrisol$handle;
public acrisol.Handle acrisol$handle() { return acrisol$handle; }
public Solution(acrisol.Handle handle) { this.acrisol$handle = handle; acrisol.Link.bind(this); }
public Solution() { this(acrisol.Link.create("Solution#new()", new java.lang.Object[] {})); }
public java.util.List<Integer> sorted(java.util.List<Integer> p0) { return (java.util.List<Integer>) (java.lang.Object) acrisol.Link.call("Solution#sorted(List)", this, new java.lang.Object[] {p0}); }
public java.util.Map<String, Integer> count(String p0) { return (java.util.Map<String, Integer>) (java.lang.Object) acrisol.Link.call("Solution#count(String)", this, new java.lang.Object[] {p0}); }
public int apply(int p0, java.util.function.Function<Integer, Integer> p1) { return (int) (java.lang.Object) acrisol.Link.call("Solution#apply(int,Function)", this, new java.lang.Object[] {p0, p1}); }
public java.util.Optional<String> longest(java.util.List<String> p0) { return (java.util.Optional<String>) (java.lang.Object) acrisol.Link.call("Solution#longest(List)", this, new java.lang.Object[] {p0}); }
public String upper(String p0) { return (String) (java.lang.Object) acrisol.Link.call("Solution#upper(String)", this, new java.lang.Object[] {p0}); }
public double mean(int[] p0) { return (double) (java.lang.Object) acrisol.Link.call("Solution#mean(int[])", this, new java.lang.Object[] {p0}); }
public boolean equals(java.lang.Object other) { return acrisol.Link.equal(this, other); }
public int hashCode() { return (int) acrisol.Link.call("java.lang.Object#hashCode()", this, new java.lang.Object[] {}); }
public java.lang.String toString() { return (java.lang.String) acrisol.Link.call("java.lang.Object#toString()", this, new java.lang.Object[] {}); }
}
@SuppressWarnings("all")
class Point implements acrisol.StandIn {
private final acrisol.Handle acrisol$handle;
public int x;
public int y;
public acrisol.Handle acrisol$handle() { return acrisol$handle; }
public Point(acrisol.Handle handle) { this.acrisol$handle = handle; acrisol.Link.bind(this); }
public Point(int p0, int p1) { this(acrisol.Link.create("Point#new(int,int)", new java.lang.Object[] {p0, p1})); }
public int sum() { return (int) (java.lang.Object) acrisol.Link.call("Point#sum()", this, new java.lang.Object[] {}); }
public boolean equals(java.lang.Object other) { return acrisol.Link.equal(this, other); }
public int hashCode() { return (int) acrisol.Link.call("java.lang.Object#hashCode()", this, new java.lang.Object[] {}); }
}
@SuppressWarnings("all")
class TooSmall extends RuntimeException implements acrisol.StandIn {
private acrisol.Handle acrisol$handle;
public acrisol.Handle acrisol$handle() { return acrisol$handle; }
public TooSmall(acrisol.Handle handle) { super(); this.acrisol$handle = handle; acrisol.Link.bind(this); }
public java.lang.String getMessage() { return (java.lang.String) acrisol.Link.call("java.lang.Throwable#getMessage()", this, new java.lang.Object[] {}); }
}
