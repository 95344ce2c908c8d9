//! A PDF read in a process of its own: whatever its parser does, the process is
//! ended when its time is over and its memory is bounded, so that hostile files
//! cannot pile up in a server.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{DocumentText, TEXT_BYTES_MAX, TextError, pdf};

/// The argument by which the program knows that it is to read a PDF.
pub const READ_PDF: &str = "read-pdf";

/// The memory that the process may take, 1.5 GB: its file has at most 100 MB and
/// inflates to at most 256 MB.
pub const MEMORY_BYTES_MAX: u64 = 1_536 << 20;

/// How often the end of the process is looked for.
const PAUSE: Duration = Duration::from_millis(5);

/// The parser has its own clock inside; this one is for what it cannot stop.
const GRACE: Duration = Duration::from_secs(2);

/// Reads documents; PDFs on a thread, or in a process of a program.
#[derive(Debug, Clone)]
pub struct Reader {
    program: Option<PathBuf>,
    time: Duration,
}

impl Default for Reader {
    fn default() -> Self {
        Self { program: None, time: pdf::TIME_MAX + GRACE }
    }
}

impl Reader {
    /// PDFs are read by `program read-pdf`, which answers as [`serve`] does.
    pub fn apart(program: &Path) -> Self {
        Self { program: Some(program.to_owned()), ..Self::default() }
    }

    #[must_use]
    pub fn within(self, time: Duration) -> Self {
        Self { time, ..self }
    }

    /// Reads the text of a document, told by its bytes and not by its name.
    pub fn read(&self, bytes: &[u8]) -> Result<DocumentText, TextError> {
        super::read_by(bytes, &|bytes| match &self.program {
            Some(program) => read(program, bytes, self.time),
            None => pdf::text(bytes),
        })
    }
}

fn read(program: &Path, bytes: &[u8], time: Duration) -> Result<String, TextError> {
    let mut child = Command::new(program)
        .arg(READ_PDF)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| TextError::Unreadable)?;
    let (Some(mut to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        end(&mut child);
        return Err(TextError::Unreadable);
    };
    let (status, text) = thread::scope(|scope| {
        scope.spawn(move || {
            // The process may end before it has read all: that is told by its code.
            let _ = to.write_all(bytes);
        });
        let text = scope.spawn(move || {
            let mut text = Vec::new();
            let most = TEXT_BYTES_MAX as u64 + 1;
            from.take(most).read_to_end(&mut text).map(|_| text)
        });
        let status = wait(&mut child, time);
        (status, text.join().ok().and_then(Result::ok).unwrap_or_default())
    });
    if TEXT_BYTES_MAX < text.len() {
        // Nobody listened any longer, so that it may have ended in any way.
        return Err(TextError::TooLong);
    }
    match status {
        None => Err(TextError::Slow),
        Some(status) if status.success() => {
            pdf::judge(String::from_utf8(text).map_err(|_| TextError::Unreadable)?)
        }
        Some(status) => Err(refusal(status.code())),
    }
}

/// How the process ended; none if it had to be ended.
fn wait(child: &mut Child, time: Duration) -> Option<ExitStatus> {
    let begun = Instant::now();
    while begun.elapsed() < time {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) => thread::sleep(PAUSE),
            Err(_) => break,
        }
    }
    end(child);
    None
}

fn end(child: &mut Child) {
    // Already gone is fine.
    let _ = child.kill();
    let _ = child.wait();
}

/// What the process refuses, as its exit code.
const REFUSALS: [(i32, fn() -> TextError); 4] = [
    (10, || TextError::Slow),
    (11, || TextError::Damaged),
    (12, || TextError::Scanned),
    (13, || TextError::TooLong),
];

/// Out of memory and crashes have other codes, or none.
fn refusal(code: Option<i32>) -> TextError {
    let known = REFUSALS.iter().find(|(own, _)| Some(*own) == code);
    known.map_or(TextError::Unreadable, |(_, make)| make())
}

/// The other side: reads a PDF from `input`, writes its text; the exit code tells
/// what was refused.
pub fn serve(mut input: impl std::io::Read, mut output: impl std::io::Write) -> u8 {
    let mut bytes = Vec::new();
    if input.read_to_end(&mut bytes).is_err() {
        return 1;
    }
    match pdf::text(&bytes) {
        Ok(text) => u8::from(output.write_all(text.as_bytes()).is_err()),
        Err(error) => {
            let same = |make: &fn() -> TextError| {
                std::mem::discriminant(&make()) == std::mem::discriminant(&error)
            };
            let known = REFUSALS.iter().find(|(_, make)| same(make));
            known.map_or(1, |(code, _)| u8::try_from(*code).unwrap_or(1))
        }
    }
}
