//! The invented records: month by month, so that the file grows as a real one
//! does, and in each month what every subject did for each of its periods.

use std::io::{self, BufWriter, Write};

use super::{Dice, Window, Wish};
use crate::{
    day::Day,
    engine::{Engine, Existence, Track},
    organisation::{Subject, UnitIx},
    period::Period,
    plan::{Duty, Plan, UnitKind},
};

pub(super) struct Acts<'a> {
    engine: &'a Engine,
    plan: &'a Plan,
    window: Window,
    seed: u64,
    /// Records of classes for their schools' activities, a class and month.
    extra_per_mille: u32,
    written: u64,
}

impl<'a> Acts<'a> {
    pub(super) fn new(engine: &'a Engine, plan: &'a Plan, wish: &Wish) -> Self {
        let window = Window::of(plan, wish);
        let mut new =
            Self { engine, plan, window, seed: wish.seed, extra_per_mille: 0, written: 0 };
        let wanted =
            wish.records.unwrap_or(u64::from(wish.students) * u64::from(wish.years) * 20 / 3);
        let missing = wanted.saturating_sub(new.expected());
        let rooms = new.classes().count() as u64 * new.months().count() as u64;
        let share = missing * 1000 / rooms.max(1);
        new.extra_per_mille = if new.school_activities().is_empty() { 0 } else { share as u32 };
        new
    }

    /// About how many records the duties themselves give.
    fn expected(&self) -> u64 {
        let tracks = self.engine.tracks().iter();
        let each = tracks.map(|track| {
            let Some(periods) = track.shared_periods() else { return 0 };
            let begun = periods.iter().filter(|period| self.begins_within(period)).count();
            (begun * track.roll.len()) as u64 * track.quota * 9 / 10
        });
        each.sum()
    }

    fn begins_within(&self, period: &Period) -> bool {
        self.window.from <= period.start && period.start <= self.window.until
    }

    /// The first days of the months in the window.
    fn months(&self) -> impl Iterator<Item = Day> + use<> {
        let until = self.window.until;
        let next = |month: &Day| Some(month.last_of_month().next());
        std::iter::successors(Some(self.window.from.first_of_month()), next)
            .take_while(move |month| *month <= until)
    }

    fn classes(&self) -> impl Iterator<Item = UnitIx> + use<'a> {
        let units = self.engine.organisation().units();
        (0..)
            .zip(units)
            .filter(|(_, unit)| unit.kind == UnitKind::Class)
            .map(|(n, _)| UnitIx(n))
    }

    fn school_activities(&self) -> Vec<&'a str> {
        let of_schools =
            |duty: &&Duty| duty.by.kind.contains(&UnitKind::School) && duty.by.post.is_none();
        self.plan.duties.iter().filter(of_schools).map(|duty| duty.activity.as_str()).collect()
    }

    pub(super) fn write(
        mut self,
        records: impl Write,
        exemptions: impl Write,
    ) -> io::Result<u64> {
        self.write_exemptions(BufWriter::new(exemptions))?;
        let mut out = BufWriter::with_capacity(1 << 20, records);
        out.write_all(b"id,duty,subject,date,submitted_at,count,status\n")?;
        for month in self.months() {
            let until = month.last_of_month();
            let duties = self.plan.duties.iter();
            for (duty, track) in duties.zip(self.engine.tracks()) {
                self.duty_in_month(&mut out, duty, track, (month, until))?;
            }
            self.extras_in_month(&mut out, (month, until))?;
        }
        out.flush()?;
        Ok(self.written)
    }

    /// A few exemptions, each of one period and with a reason.
    fn write_exemptions(&self, mut out: impl Write) -> io::Result<()> {
        const REASONS: [&str; 5] =
            ["临时停课", "校舍维修", "负责人病假", "疫情防控要求", "经批准延期"];
        writeln!(out, "duty,subject,period_start,reason")?;
        for (duty, track) in self.plan.duties.iter().zip(self.engine.tracks()) {
            for at in 0..track.roll.len() as u32 {
                let (periods, _) = track.periods(at);
                let mut dice = Dice::of(self.seed, &duty.id, u64::from(at) << 20);
                if periods.is_empty() || !dice.chance(6) {
                    continue;
                }
                let period = periods[dice.below(periods.len() as u32) as usize];
                let reason = REASONS[dice.below(REASONS.len() as u32) as usize];
                let id = self.engine.organisation().id(track.roll.subject(at));
                writeln!(out, "{},{id},{},{reason}", duty.id, period.start)?;
            }
        }
        out.flush()
    }

    fn duty_in_month(
        &mut self,
        out: &mut impl Write,
        duty: &Duty,
        track: &Track,
        (from, until): (Day, Day),
    ) -> io::Result<()> {
        let Some(periods) = track.shared_periods() else { return Ok(()) };
        for at in 0..track.roll.len() as u32 {
            let subject = track.roll.subject(at);
            let diligence = self.diligence(subject, &duty.id);
            for (n, period) in (0..).zip(periods) {
                if period.start < from || until < period.start || !self.begins_within(period) {
                    continue;
                }
                let org = self.engine.organisation();
                if track.roll.existence(org, at, period) != Existence::None {
                    let number = (u64::from(at) << 20 | n) + 1;
                    let dice = Dice::of(self.seed, &duty.id, number);
                    self.period(out, (duty, subject, period), diligence, dice)?;
                }
            }
        }
        Ok(())
    }

    /// Out of a thousand periods, how many a subject means to do. Schools differ
    /// more than the classes inside one.
    fn diligence(&self, subject: Subject, duty: &str) -> u32 {
        let org = self.engine.organisation();
        let home = org.home(subject).unwrap_or(UnitIx(0));
        let school = org.upwards(home).find(|&unit| org.unit(unit).kind == UnitKind::School);
        let school = Dice::of(self.seed, "school", school.unwrap_or(home).0.into()).below(260);
        let own = Dice::of(self.seed, duty, u64::from(home.0)).below(120);
        1000 - school - own
    }

    fn period(
        &mut self,
        out: &mut impl Write,
        (duty, subject, period): (&Duty, Subject, &Period),
        diligence: u32,
        mut dice: Dice,
    ) -> io::Result<()> {
        let fate = dice.below(1000);
        let quota = duty.quota.max(1);
        let made = match fate {
            _ if fate < diligence => quota + u32::from(dice.chance(60)),
            // Some begin and do not finish.
            _ if fate < diligence + (1000 - diligence) / 3 => dice.below(quota),
            _ => 0,
        };
        let at_once = quota > 1 && dice.chance(250);
        let (records, count) = if at_once { (1.min(made), made) } else { (made, 1) };
        let last_day = period.end.min(self.window.until);
        for _ in 0..records {
            let acted = dice.day(period.start, last_day);
            let submitted = if dice.chance(940) {
                acted.plus(dice.below(3) as i32).min(period.due.max(acted))
            } else {
                period.due.max(acted).plus(1 + dice.below(20) as i32)
            };
            let name = if dice.chance(850) { &duty.activity } else { &duty.id };
            let status = dice.below(1000);
            let entry = Written { name, subject, acted, submitted, count };
            match status {
                0..15 => {
                    self.record(out, &entry, "returned")?;
                    if status < 11 {
                        let submitted = submitted.plus(1 + dice.below(5) as i32);
                        self.record(out, &Written { submitted, ..entry }, "accepted")?;
                    }
                }
                15..20 => self.record(out, &entry, "withdrawn")?,
                20..120 => self.record(out, &entry, "submitted")?,
                _ => self.record(out, &entry, "accepted")?,
            }
        }
        Ok(())
    }

    /// What classes hand in for their schools' activities: it belongs to the
    /// ledger, though it is no standing of theirs.
    fn extras_in_month(
        &mut self,
        out: &mut impl Write,
        (from, until): (Day, Day),
    ) -> io::Result<()> {
        let activities = self.school_activities();
        if activities.is_empty() || self.extra_per_mille == 0 {
            return Ok(());
        }
        let until = until.min(self.window.until);
        let from = from.max(self.window.from);
        for class in self.classes() {
            let mut dice =
                Dice::of(self.seed, "extra", u64::from(class.0) << 32 | from.number() as u64);
            let (whole, part) = (self.extra_per_mille / 1000, self.extra_per_mille % 1000);
            let subject = self.engine.organisation().of_unit(class);
            for _ in 0..whole + u32::from(dice.chance(part)) {
                let acted = dice.day(from, until);
                let submitted = acted.plus(dice.below(4) as i32);
                let name = activities[dice.below(activities.len() as u32) as usize];
                let entry = Written { name, subject, acted, submitted, count: 1 };
                self.record(out, &entry, "accepted")?;
            }
        }
        Ok(())
    }

    fn record(
        &mut self,
        out: &mut impl Write,
        entry: &Written<'_>,
        status: &str,
    ) -> io::Result<()> {
        self.written += 1;
        let id = self.engine.organisation().id(entry.subject);
        let number = self.written;
        write!(out, "R{number:08},{},{id},", entry.name)?;
        out.write_all(&entry.acted.iso())?;
        out.write_all(b",")?;
        out.write_all(&entry.submitted.iso())?;
        writeln!(out, ",{},{status}", entry.count)
    }
}

struct Written<'w> {
    name: &'w str,
    subject: Subject,
    acted: Day,
    submitted: Day,
    count: u32,
}
