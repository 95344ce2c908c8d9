//! `standings.csv` and `rates.csv`.

use std::{
    io::{self, Write},
    sync::{
        Condvar, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
};

use crate::{
    engine::{DutyIx, Engine},
    organisation::{Subject, UnitIx},
    period::Period,
    rates::{Counts, Rates},
    standing::{State, View},
};

/// About so many standings are written at a time by one thread.
const CHUNK: usize = 32_768;

/// Writes all standings in their order and returns the rates, which come from
/// the same pass. Standings that have not begun are written only if `upcoming`.
pub fn write_standings(
    view: View<'_>,
    upcoming: bool,
    out: impl Write + Send,
    threads: usize,
) -> io::Result<Rates> {
    let engine = view.engine();
    let org = engine.organisation();
    let chunks = chunks(engine);
    let rates = Mutex::new(Rates::zero(org.units().len(), engine.duty_count()));
    let queue = Queue::new(out);
    queue.write(0, b"duty,subject,period_start,period_end,due,required,done,in_time,state\n");
    let next = AtomicUsize::new(0);
    let work = || {
        let mut sheet = Sheet { view, upcoming, text: Vec::new(), counts: Vec::new() };
        loop {
            let n = next.fetch_add(1, Relaxed);
            let Some(chunk) = chunks.get(n) else { break };
            sheet.fill(chunk);
            {
                let mut rates = rates.lock().unwrap_or_else(PoisonError::into_inner);
                for (unit, counts) in sheet.counts.drain(..) {
                    rates.of_mut(unit, chunk.duty).add_all(&counts);
                }
            }
            queue.write(n + 1, &sheet.text);
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    queue.finish()?;
    let mut rates = rates.into_inner().unwrap_or_else(PoisonError::into_inner);
    rates.roll_up(org);
    Ok(rates)
}

struct Chunk {
    duty: DutyIx,
    from: usize,
    until: usize,
}

fn chunks(engine: &Engine) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    for duty in engine.duties() {
        let entries = engine.entries(duty);
        let tracks = engine.tracks_of_duty(duty).iter().map(|&track| engine.track(track));
        let cells: usize = tracks.map(crate::engine::Track::cells).sum();
        let step = (CHUNK * entries / cells.max(1)).clamp(1, CHUNK);
        for from in (0..entries).step_by(step) {
            chunks.push(Chunk { duty, from, until: entries.min(from + step) });
        }
    }
    chunks
}

/// The text of one chunk and the counts of the units it touches.
struct Sheet<'a> {
    view: View<'a>,
    upcoming: bool,
    text: Vec<u8>,
    counts: Vec<(UnitIx, Counts)>,
}

impl Sheet<'_> {
    fn fill(&mut self, chunk: &Chunk) {
        let Self { view, upcoming, text, counts } = self;
        let engine = view.engine();
        text.clear();
        let mut periods = PeriodTexts::default();
        let mut subject = Vec::new();
        for n in chunk.from..chunk.until {
            let Some((track, at)) = engine.entry(chunk.duty, n) else { continue };
            begin_row(&mut subject, engine, chunk.duty, engine.track(track).roll.subject(at));
            periods.set(engine, track, at);
            view.each(track, at, |found| {
                match counts.last_mut() {
                    Some((unit, counts)) if *unit == found.home => counts.add(found.state),
                    _ => {
                        let mut fresh = Counts::default();
                        fresh.add(found.state);
                        counts.push((found.home, fresh));
                    }
                }
                if *upcoming || found.state != State::Upcoming {
                    text.extend_from_slice(&subject);
                    text.extend_from_slice(periods.of(found.period));
                    push_number(text, found.done.done);
                    text.push(b',');
                    push_number(text, found.done.in_time);
                    text.extend_from_slice(ending(found.state));
                }
            });
        }
    }
}

/// What the rows of one period have in common, made once for all subjects.
#[derive(Default)]
struct PeriodTexts {
    track: Option<u32>,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl PeriodTexts {
    fn set(&mut self, engine: &Engine, number: u32, at: u32) {
        let track = engine.track(number);
        if self.track == Some(number) {
            return;
        }
        self.track = track.shared_periods().map(|_| number);
        self.text.clear();
        self.ends.clear();
        for period in track.periods(at).0 {
            push_period(&mut self.text, period, track.quota);
            self.ends.push(self.text.len());
        }
    }

    fn of(&self, period: u32) -> &[u8] {
        let period = period as usize;
        let from = period.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[from..self.ends[period]]
    }
}

fn push_period(text: &mut Vec<u8>, period: &Period, required: u64) {
    for day in [period.start, period.end, period.due] {
        text.extend_from_slice(&day.iso());
        text.push(b',');
    }
    push_number(text, required);
    text.push(b',');
}

fn begin_row(text: &mut Vec<u8>, engine: &Engine, duty: DutyIx, subject: Subject) {
    text.clear();
    push_field(text, engine.duty_id(duty));
    text.push(b',');
    push_field(text, engine.organisation().id(subject));
    text.push(b',');
}

fn ending(state: State) -> &'static [u8] {
    match state {
        State::Exempt => b",exempt\n",
        State::Upcoming => b",upcoming\n",
        State::Met => b",met\n",
        State::Late => b",late\n",
        State::Open => b",open\n",
        State::Partial => b",partial\n",
        State::Overdue => b",overdue\n",
    }
}

/// A field, quoted only if it must be.
fn push_field(text: &mut Vec<u8>, field: &str) {
    if !field.contains([',', '"', '\n', '\r']) {
        text.extend_from_slice(field.as_bytes());
        return;
    }
    text.push(b'"');
    text.extend_from_slice(field.replace('"', "\"\"").as_bytes());
    text.push(b'"');
}

fn push_number(text: &mut Vec<u8>, number: u64) {
    if number < 10 {
        text.push(b'0' + number as u8);
        return;
    }
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut left = number;
    while left > 0 {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
    }
    text.extend_from_slice(&digits[at..]);
}

/// Writes what several threads make in the order of its numbers.
struct Queue<W> {
    state: Mutex<Output<W>>,
    turn: Condvar,
}

struct Output<W> {
    out: W,
    next: usize,
    result: io::Result<()>,
}

impl<W: Write> Queue<W> {
    fn new(out: W) -> Self {
        let state = Output { out, next: 0, result: Ok(()) };
        Self { state: Mutex::new(state), turn: Condvar::new() }
    }

    /// Waits for its turn; after an error nothing more is written.
    fn write(&self, number: usize, bytes: &[u8]) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = self
            .turn
            .wait_while(state, |state| state.next < number)
            .unwrap_or_else(PoisonError::into_inner);
        if state.result.is_ok() {
            state.result = state.out.write_all(bytes);
        }
        state.next = number + 1;
        self.turn.notify_all();
    }

    fn finish(self) -> io::Result<()> {
        let mut state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        state.result?;
        state.out.flush()
    }
}

/// Writes the rates of every unit and duty that has standings, by unit id and
/// plan order.
pub fn write_rates(engine: &Engine, rates: &Rates, mut out: impl Write) -> io::Result<()> {
    let org = engine.organisation();
    let units = org.by_id((0..org.units().len() as u32).map(Subject));
    let mut text = Vec::new();
    text.extend_from_slice(b"unit,duty");
    for state in IN_RATES {
        text.push(b',');
        text.extend_from_slice(state.code().as_bytes());
    }
    text.extend_from_slice(b",rate,timely\n");
    for unit in units {
        for duty in engine.duties() {
            let counts = rates.of(UnitIx(unit), duty);
            if !counts.is_empty() {
                push_rates(&mut text, engine, (unit, duty), counts);
            }
        }
        if text.len() > CHUNK {
            out.write_all(&text)?;
            text.clear();
        }
    }
    out.write_all(&text)?;
    out.flush()
}

const IN_RATES: [State; 7] = [
    State::Met,
    State::Late,
    State::Partial,
    State::Overdue,
    State::Open,
    State::Upcoming,
    State::Exempt,
];

fn push_rates(text: &mut Vec<u8>, engine: &Engine, (unit, duty): (u32, DutyIx), of: &Counts) {
    push_field(text, engine.organisation().id(Subject(unit)));
    text.push(b',');
    push_field(text, engine.duty_id(duty));
    for state in IN_RATES {
        text.push(b',');
        push_number(text, of.of(state).into());
    }
    for ratio in [of.rate(), of.timely()] {
        text.push(b',');
        text.extend_from_slice(ratio.decimal().as_bytes());
    }
    text.push(b'\n');
}
