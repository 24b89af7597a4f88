"""The diary on the desk: the queue of intakes, and the appointments."""
