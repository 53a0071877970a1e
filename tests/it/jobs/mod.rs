//! The jobs of many calls, against the simulator, and against scripted servers if a test needs a service with special behavior.

mod activity;
mod destinations;
mod ensure;
mod find;
mod rules;
mod wait;

use cisco_secure_access::simulator::Simulator;

/// The number of calls of an operation so far.
fn calls(simulator: &Simulator, operation: &str) -> usize {
    let requests = simulator.requests();
    let is_it = |called: &Option<&str>| *called == Some(operation);
    requests
        .iter()
        .filter(|request| is_it(&request.operation))
        .count()
}
