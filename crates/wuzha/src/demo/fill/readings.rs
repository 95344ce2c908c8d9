//! What schools and the bureau measured of the targets: groups that grow through
//! the year, schools that were found free of fraud, and the year's cases.

use campaign::access::{Action, permit_house};
use campaign::day::Day;
use campaign::indicator::readings::Measure;
use campaign::plan::UnitKind;
use storage::Tx;
use storage::indicator::{self, Reading};

use crate::demo::chance::Chance;
use crate::demo::district::District;

const MONTHS: i8 = 11;
const HOUR_MS: i64 = 3_600_000;
/// Schools found free of fraud at the end of each quarter that was looked at.
const HONOURED: [(i8, i64); 3] = [(6, 64), (9, 92), (11, 113)];
/// Cases since New Year, as the police told at the end of the month.
const CASES: [(i8, i64); 4] = [(3, 1), (6, 2), (9, 4), (11, 5)];

pub(super) async fn keep(
    tx: &mut Tx,
    (district, campaign): (&District, &str),
    chance: &mut Chance,
) -> anyhow::Result<()> {
    let root = district.places[0].id.as_str();
    let mut all = Vec::new();
    let mut add =
        |(unit, indicator): (&str, &str), month: i8, measure: Measure, source: &str| {
            let on = Day::new(2022, month, 1).map(Day::last_of_month);
            let on = on.unwrap_or_else(|| Day::of_instant(0));
            all.push(Reading {
                id: format!("m{:06}", all.len()),
                campaign: campaign.to_owned(),
                indicator: indicator.to_owned(),
                unit: unit.to_owned(),
                on_date: on.to_string(),
                measure,
                source: source.to_owned(),
                entered_at: on.begins_at() + 16 * HOUR_MS,
                account: None,
                account_name: None,
                withdrawn_at: None,
            });
        };
    let schools: Vec<&str> = district
        .places
        .iter()
        .filter(|place| place.kind == UnitKind::School)
        .map(|place| place.id.as_str())
        .collect();
    for school in &schools {
        let whole = 300 + chance.below(1_600) as i64;
        let most = 0.62 + 0.36 * chance.share();
        // Some begin late, some no longer tell.
        let first = 2 + chance.below(4) as i8;
        let last = if chance.happens(0.08) { first + 2 } else { MONTHS };
        for month in first..=last {
            let gone = f64::from(month - first + 1) / f64::from(MONTHS - first + 1);
            let part = (whole as f64 * most * gone.powf(0.7)) as i64;
            let measure = Measure { part, whole: Some(whole) };
            add((school, "alliance-coverage"), month, measure, "各班群主统计");
        }
    }
    let whole = Some(schools.len() as i64);
    for (month, part) in HONOURED {
        let measure = Measure { part, whole };
        add((root, "school-honour-rate"), month, measure, "创建验收记录");
    }
    for (month, part) in CASES {
        add((root, "cases"), month, Measure { part, whole: None }, "公安机关通报");
    }
    indicator::insert_many(tx, &permit_house(Action::Report, root), &all).await?;
    Ok(())
}
