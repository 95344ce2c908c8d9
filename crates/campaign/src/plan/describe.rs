//! The words of a plan in Chinese, for documents, pages and findings.

use super::catalogue;
use super::model::{By, Cadence, Due, Duty, Op, Plan, Season, Target, YearKind};

impl Plan {
    /// Whose duty: `学校（小学、初中）`, `班主任`, `学生`.
    pub fn by_words(&self, by: &By) -> String {
        let stages = join(by.stage.iter().map(|stage| stage.chinese()));
        let kinds = join(by.kind.iter().map(|kind| kind.chinese()));
        let who = if let Some(post) = &by.post {
            self.post_name(post).to_owned()
        } else if by.audience.is_empty() {
            String::new()
        } else {
            join(by.audience.iter().map(|code| self.audience_name(code)))
        };
        match (who.is_empty(), kinds.is_empty(), stages.is_empty()) {
            (true, _, true) => kinds,
            (true, _, false) => format!("{kinds}（{stages}）"),
            (false, true, true) => who,
            (false, true, false) => format!("{who}（{stages}）"),
            (false, false, true) => format!("{who}（{kinds}）"),
            (false, false, false) => format!("{who}（{kinds}：{stages}）"),
        }
    }

    /// For whom: the audience in Chinese, empty if the duty names none.
    pub fn audience_words(&self, audience: &[String]) -> String {
        join(audience.iter().map(|code| self.audience_name(code)))
    }

    /// `反诈联盟网格群师生员工覆盖率 ≥ 80%，2022年12月31日前`.
    pub fn target_words(&self, target: &Target) -> String {
        let name = self.indicator_name(&target.indicator);
        let until = match target.by {
            Some(day) => format!("，{}前", date_words(day)),
            None => "，方案期末".to_owned(),
        };
        if let Some(year) = target.baseline {
            return format!("{name}较{year}年下降{}以上{until}", percent_words(target.value));
        }
        let ratio = self.measured(&target.indicator) != Some(super::model::Measured::Count);
        let value =
            if ratio { percent_words(target.value) } else { number_words(target.value) };
        let op = match target.op {
            Op::Ge => "≥",
            Op::Le => "≤",
            Op::Eq => "=",
        };
        format!("{name} {op} {value}{until}")
    }
}

impl Duty {
    /// How often and how many: `每学期不少于2份`.
    pub fn cadence_words(&self) -> String {
        let unit = self.unit.as_deref().unwrap_or("次");
        let quota = self.quota;
        let season = match self.season {
            Season::InTerm if self.cadence != Cadence::Term => "（学期内）",
            Season::Vacation => "（假期）",
            _ => "",
        };
        match self.cadence {
            Cadence::Continuous => format!("常态化{season}"),
            Cadence::Event => match &self.event {
                Some(event) => {
                    let name = catalogue::event_name(&event.name);
                    match event.within_days {
                        0 => format!("{name}后当日内{quota}{unit}"),
                        days => format!("{name}后{days}天内{quota}{unit}"),
                    }
                }
                None => format!("按事件{quota}{unit}"),
            },
            Cadence::Once => format!("共{quota}{unit}"),
            Cadence::Yearly if self.year == Some(YearKind::School) => {
                format!("每学年不少于{quota}{unit}{season}")
            }
            cadence => format!("{}不少于{quota}{unit}{season}", cadence.chinese()),
        }
    }

    /// Until when, if the duty says more than its period's last day.
    pub fn due_words(&self) -> Option<String> {
        self.due.map(due_words).or_else(|| {
            self.until
                .filter(|_| self.cadence == Cadence::Once)
                .map(|day| date_words(day) + "前")
        })
    }

    /// The sufficient proofs, the lightest first.
    pub fn proof_words(&self) -> String {
        let list: Vec<&str> = self.proof.iter().map(|proof| proof.chinese()).collect();
        list.join("或")
    }
}

pub fn due_words(due: Due) -> String {
    match due {
        Due::DayOfMonth(day) => format!("当月{day}日前"),
        Due::DaysAfter(0) => "期满当日前".to_owned(),
        Due::DaysAfter(days) => format!("期满后{days}天内"),
        Due::WorkdaysAfter(days) => format!("期满后{days}个工作日内"),
        Due::On(day) => format!("{}前", date_words(day)),
    }
}

pub fn date_words(day: jiff::civil::Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// `80%`; a share that is not whole keeps one digit.
pub fn percent_words(share: f64) -> String {
    let percent = share * 100.0;
    if (percent - percent.round()).abs() < 1e-9 {
        format!("{percent:.0}%")
    } else {
        format!("{percent:.1}%")
    }
}

pub(super) fn number_words(number: f64) -> String {
    if (number - number.round()).abs() < 1e-9 {
        format!("{number:.0}")
    } else {
        format!("{number}")
    }
}

fn join<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join("、")
}

impl Due {
    /// The word in plan files and JSON.
    pub fn code(self) -> String {
        match self {
            Self::DayOfMonth(day) => format!("month-{day}"),
            Self::DaysAfter(days) => format!("+{days}d"),
            Self::WorkdaysAfter(days) => format!("+{days}w"),
            Self::On(day) => day.to_string(),
        }
    }
}
