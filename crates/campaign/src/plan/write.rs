//! A plan back into its file. What `parse` reads from it is the same plan.

use std::fmt::Write as _;

use toml_edit::Value;

use super::model::{
    By, Duty, Head, HeldBy, Honour, KeyPeriodRule, Phase, Plan, PostWanted, Proof,
    ReportWanted, Responsibility, ScoreEffect, ScoreRule, Season, Target, TeamWanted, YearKind,
};

/// The text of the plan file.
pub fn to_toml(plan: &Plan) -> String {
    let mut file = File { text: String::new() };
    head(&mut file, &plan.head);
    for audience in &plan.audiences {
        file.open("[[audience]]");
        file.text("id", &audience.id);
        file.text("name", &audience.name);
    }
    for indicator in &plan.indicators {
        file.open("[[indicator]]");
        file.text("id", &indicator.id);
        file.text("name", &indicator.name);
        file.text("measured", indicator.measured.code());
    }
    plan.phases.iter().for_each(|phase| write_phase(&mut file, phase));
    plan.targets.iter().for_each(|target| write_target(&mut file, target));
    plan.duties.iter().for_each(|duty| write_duty(&mut file, duty));
    plan.posts.iter().for_each(|post| write_post(&mut file, post));
    plan.teams.iter().for_each(|team| write_team(&mut file, team));
    plan.responsibilities.iter().for_each(|one| write_responsibility(&mut file, one));
    plan.key_periods.iter().for_each(|one| write_key_period(&mut file, one));
    plan.reports.iter().for_each(|report| write_report(&mut file, report));
    plan.honours.iter().for_each(|honour| write_honour(&mut file, honour));
    plan.scoring.iter().for_each(|rule| write_score(&mut file, rule));
    file.text
}

struct File {
    text: String,
}

impl File {
    fn open(&mut self, header: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(header);
        self.text.push('\n');
    }

    fn raw(&mut self, key: &str, value: impl std::fmt::Display) {
        // Writing into a String cannot fail.
        let _ = writeln!(self.text, "{key} = {value}");
    }

    fn text(&mut self, key: &str, value: &str) {
        self.raw(key, quoted(value));
    }

    fn some_text(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(key, value);
        }
    }

    fn list<'a>(&mut self, key: &str, words: impl IntoIterator<Item = &'a str>) {
        let words: Vec<String> = words.into_iter().map(quoted).collect();
        if !words.is_empty() {
            self.raw(key, format!("[{}]", words.join(", ")));
        }
    }

    fn rows(&mut self, key: &str, rows: &[String]) {
        if rows.is_empty() {
            return;
        }
        let _ = writeln!(self.text, "{key} = [");
        for row in rows {
            let _ = writeln!(self.text, "    {row},");
        }
        self.text.push_str("]\n");
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn number(number: f64) -> String {
    Value::from(number).to_string()
}

fn strings(list: &[String]) -> impl Iterator<Item = &str> {
    list.iter().map(String::as_str)
}

fn head(file: &mut File, head: &Head) {
    file.open("[plan]");
    file.text("id", &head.id);
    file.text("name", &head.name);
    file.text("issuer", &head.issuer);
    file.some_text("document", head.document.as_deref());
    file.raw("from", head.from);
    file.raw("until", head.until);
    if head.version != 1 {
        file.raw("version", head.version);
    }
    if let Some(day) = head.in_force {
        file.raw("in-force", day);
    }
    file.some_text("adopts", head.adopts.as_deref());
    file.some_text("note", head.note.as_deref());
}

fn write_phase(file: &mut File, phase: &Phase) {
    file.open("[[phase]]");
    file.text("id", &phase.id);
    file.text("name", &phase.name);
    file.text("clause", &phase.clause);
    file.raw("from", phase.from);
    file.raw("until", phase.until);
    file.list("goals", strings(&phase.goals));
}

fn write_target(file: &mut File, target: &Target) {
    use super::model::Op;
    file.open("[[target]]");
    file.text("id", &target.id);
    file.text("name", &target.name);
    file.text("clause", &target.clause);
    file.text("indicator", &target.indicator);
    let key = match (target.baseline, target.op) {
        (Some(_), _) => "drop",
        (None, Op::Ge) => "at-least",
        (None, Op::Le) => "at-most",
        (None, Op::Eq) => "equals",
    };
    if let Some(year) = target.baseline {
        file.raw("baseline", year);
    }
    file.raw(key, number(target.value));
    if let Some(day) = target.by {
        file.raw("by", day);
    }
    file.some_text("note", target.note.as_deref());
    file.some_text("unsure", target.unsure.as_deref());
}

fn by_table(by: &By) -> String {
    let mut parts = Vec::new();
    let mut list = |key: &str, words: Vec<String>| {
        if !words.is_empty() {
            parts.push(format!("{key} = [{}]", words.join(", ")));
        }
    };
    list("kind", by.kind.iter().map(|kind| quoted(kind.code())).collect());
    list("stage", by.stage.iter().map(|stage| quoted(stage.code())).collect());
    list("audience", strings(&by.audience).map(quoted).collect());
    if let Some(post) = &by.post {
        parts.push(format!("post = {}", quoted(post)));
    }
    format!("{{ {} }}", parts.join(", "))
}

fn write_duty(file: &mut File, duty: &Duty) {
    file.open("[[duty]]");
    file.text("id", &duty.id);
    file.text("name", &duty.name);
    file.text("clause", &duty.clause);
    if duty.activity != duty.id {
        file.text("activity", &duty.activity);
    }
    file.raw("by", by_table(&duty.by));
    file.text("cadence", duty.cadence.code());
    if duty.year == Some(YearKind::School) {
        file.text("year", YearKind::School.code());
    }
    if duty.quota != 1 {
        file.raw("quota", duty.quota);
    }
    file.some_text("unit", duty.unit.as_deref());
    if let Some(day) = duty.from {
        file.raw("from", day);
    }
    if let Some(day) = duty.until {
        file.raw("until", day);
    }
    if duty.season != Season::default() {
        file.text("season", duty.season.code());
    }
    if let Some(due) = duty.due {
        file.text("due", &due.code());
    }
    if let Some(event) = &duty.event {
        let name = quoted(&event.name);
        file.raw("event", format!("{{ name = {name}, within-days = {} }}", event.within_days));
    }
    if duty.held_by != HeldBy::default() {
        file.text("held-by", duty.held_by.code());
    }
    if (duty.weight - 1.0).abs() > f64::EPSILON {
        file.raw("weight", number(duty.weight));
    }
    file.some_text("doer", duty.doer.as_deref());
    file.list("audience", strings(&duty.audience));
    if duty.proof != [Proof::Count] {
        file.list("proof", duty.proof.iter().map(|proof| proof.code()));
    }
    if let Some(minutes) = duty.minutes {
        file.raw("minutes", minutes);
    }
    file.some_text("indicator", duty.indicator.as_deref());
    file.some_text("note", duty.note.as_deref());
    file.some_text("unsure", duty.unsure.as_deref());
}

fn write_post(file: &mut File, post: &PostWanted) {
    file.open("[[post]]");
    file.text("post", &post.post);
    file.some_text("name", post.name.as_deref());
    file.text("clause", &post.clause);
    file.list("kind", post.kind.iter().map(|kind| kind.code()));
    file.list("stage", post.stage.iter().map(|stage| stage.code()));
    if post.least != 1 {
        file.raw("least", post.least);
    }
    file.some_text("duty", post.duty.as_deref());
}

fn write_team(file: &mut File, team: &TeamWanted) {
    file.open("[[team]]");
    file.text("id", &team.id);
    file.text("name", &team.name);
    file.text("clause", &team.clause);
    file.list("kind", team.kind.iter().map(|kind| kind.code()));
    file.list("posts", strings(&team.posts));
}

fn write_responsibility(file: &mut File, one: &Responsibility) {
    file.open("[[responsibility]]");
    file.text("actor", &one.actor);
    file.text("clause", &one.clause);
    file.list("tasks", strings(&one.tasks));
    file.list("duties", strings(&one.duties));
    file.list("audience", strings(&one.audience));
    file.list("key-periods", strings(&one.key_periods));
}

fn write_key_period(file: &mut File, one: &KeyPeriodRule) {
    file.open("[[key-period]]");
    file.text("id", &one.id);
    file.text("name", &one.name);
    file.text("clause", &one.clause);
    file.list("duties", strings(&one.duties));
    file.some_text("note", one.note.as_deref());
}

fn write_report(file: &mut File, report: &ReportWanted) {
    file.open("[[report]]");
    file.text("id", &report.id);
    file.text("name", &report.name);
    file.text("clause", &report.clause);
    file.raw("by", by_table(&report.by));
    file.text("to", &report.to);
    file.text("cadence", report.cadence.code());
    if let Some(due) = report.due {
        file.text("due", &due.code());
    }
    file.some_text("duty", report.duty.as_deref());
    let rows: Vec<String> = report
        .fields
        .iter()
        .map(|field| {
            let (id, name, source) =
                (quoted(&field.id), quoted(&field.name), quoted(&field.source));
            format!("{{ id = {id}, name = {name}, source = {source} }}")
        })
        .collect();
    file.rows("fields", &rows);
}

fn write_honour(file: &mut File, honour: &Honour) {
    file.open("[[honour]]");
    file.text("id", &honour.id);
    file.text("name", &honour.name);
    file.text("clause", &honour.clause);
    file.list("kind", honour.kind.iter().map(|kind| kind.code()));
    file.some_text("cadence", honour.cadence.map(super::model::Cadence::code));
    let rows: Vec<String> = honour
        .criteria
        .iter()
        .map(|criterion| match &criterion.fact {
            Some(fact) => {
                format!("{{ text = {}, fact = {} }}", quoted(&criterion.text), quoted(fact))
            }
            None => format!("{{ text = {} }}", quoted(&criterion.text)),
        })
        .collect();
    file.rows("criteria", &rows);
    file.list("revoked-by", strings(&honour.revoked_by));
}

fn write_score(file: &mut File, rule: &ScoreRule) {
    file.open("[[score]]");
    file.text("id", &rule.id);
    file.text("name", &rule.name);
    file.text("clause", &rule.clause);
    match rule.effect {
        ScoreEffect::Points(points) => file.raw("points", number(points)),
        ScoreEffect::Deduct(points) => file.raw("deduct", number(points)),
        ScoreEffect::Bonus(points) => file.raw("bonus", number(points)),
        ScoreEffect::Veto => file.raw("veto", true),
        ScoreEffect::Consequence(measure) => file.text("consequence", measure.code()),
    }
    file.list("on", strings(&rule.on));
    if let Some(cap) = rule.cap {
        file.raw("cap", number(cap));
    }
}
