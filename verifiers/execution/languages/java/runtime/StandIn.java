package acrisol;

/** An object of the tests' side that stands for one of the candidate's. */
public interface StandIn {
    /** Which object it stands for. */
    Handle acrisol$handle();
}
