//! `wuzha verify`: whether anybody changed what was written, behind the house's
//! back.

use std::process::ExitCode;

use storage::{audit, record};

use crate::house::{self, Place};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
}

/// What was found does not fit.
const BROKEN: u8 = 2;

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    house::runtime()?.block_on(async {
        let store = house::existing_store(&args.place).await?;
        let mut conn = store.read().await?;
        let chain = audit::verify(&mut conn).await?;
        let records = record::verify(&mut conn).await?;
        drop(conn);
        store.close().await;
        let mut code = ExitCode::SUCCESS;
        for found in [chain_words(&chain), record_words(&records)] {
            match found {
                Ok(words) => println!("{words}"),
                Err(words) => {
                    eprintln!("{words}");
                    code = ExitCode::from(BROKEN);
                }
            }
        }
        Ok(code)
    })
}

fn chain_words(verdict: &audit::Verdict) -> Result<String, String> {
    match verdict {
        audit::Verdict::Whole { lines, head } => {
            Ok(format!("审计链完整：{lines} 行，末行校验值 {head}"))
        }
        audit::Verdict::Broken { seq, why } => Err(format!("审计链第 {seq} 行起不可信：{why}")),
    }
}

fn record_words(verdict: &record::Verdict) -> Result<String, String> {
    match verdict {
        record::Verdict::Whole { records } => Ok(format!("记录完整：{records} 条与审计链一致")),
        record::Verdict::Broken { record, why } => {
            Err(format!("记录 {record} 与审计链不一致：{why}"))
        }
    }
}
