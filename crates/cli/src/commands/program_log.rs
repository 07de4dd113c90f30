//! The log of server and runner themselves, on stderr. `SLIPWAY_LOG` filters it as `RUST_LOG` does: `info`,
//! `slipway_server=debug`.

use tracing_subscriber::EnvFilter;

use crate::environment::Environment;

/// Starts writing the log, as text or as one JSON object per line.
pub(super) fn start(environment: &Environment, json: bool) {
    let wanted = environment.variable("SLIPWAY_LOG").unwrap_or("info");
    let filter = EnvFilter::try_new(wanted).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let colour = environment.stderr_is_terminal && environment.variable("NO_COLOR").is_none();
    // Fails only when a log was started before, which is then the one to keep.
    let _ = if json {
        builder.json().try_init()
    } else {
        builder.with_ansi(colour).try_init()
    };
}
