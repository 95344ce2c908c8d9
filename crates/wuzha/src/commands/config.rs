//! `wuzha config`: what `serve` would run with, secrets left out.

use std::process::ExitCode;

use super::serve;

pub(crate) fn run(args: &serve::Args) -> ExitCode {
    for (name, value) in args.effective() {
        println!("{name} = {value}");
    }
    ExitCode::SUCCESS
}
