//! `wuzha read-pdf`: the process in which a server reads a PDF. Not for people.

use std::io;
use std::process::ExitCode;

use office::text;

pub(crate) fn run() -> ExitCode {
    bound_memory();
    // What the parser says of a file is of no use; the exit code tells.
    std::panic::set_hook(Box::new(|_| {}));
    ExitCode::from(text::serve(io::stdin().lock(), io::stdout().lock()))
}

/// An allocation beyond the bound fails, and the process with it.
fn bound_memory() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let most = Some(text::MEMORY_BYTES_MAX);
        // Where the system sets a lower bound already, that one holds.
        let _ = setrlimit(Resource::As, Rlimit { current: most, maximum: most });
    }
}
