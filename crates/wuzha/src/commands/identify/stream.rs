//! The stream of messages: one line in, one line out, in order.

use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::process::ExitCode;

use anyhow::Context;
use recognition::{Given, Outcome, Reader, Verdict, identify};
use serde::{Deserialize, Serialize};

/// A longer line is not a message; it is refused without being kept.
const LINE_BYTES_MAX: u64 = 4 << 20;

/// What a line asks.
#[derive(Deserialize)]
struct Asked {
    text: String,
    /// Who asks: anyone, pupil, parent, teacher.
    #[serde(default)]
    reader: Option<String>,
    /// What was already given away: nothing, codes, money.
    #[serde(default)]
    given: Option<String>,
}

#[derive(Serialize)]
struct Answer<'a> {
    verdict: &'a str,
    #[serde(rename = "type")]
    kind: Option<&'a str>,
    probability: f64,
    reasons: Vec<Because<'a>>,
    advice: Vec<&'a str>,
}

#[derive(Serialize)]
struct Because<'a> {
    rule: &'a str,
    span: [u32; 2],
    text: &'a str,
}

#[derive(Serialize)]
struct Refusal {
    error: String,
    line: u64,
}

pub(super) fn run() -> anyhow::Result<ExitCode> {
    let input = BufReader::with_capacity(1 << 16, std::io::stdin().lock());
    let output = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    match answer_all(input, output) {
        // Whoever reads our answers may stop reading: that is no failure.
        Err(error) if is_broken_pipe(&error) => Ok(ExitCode::SUCCESS),
        Err(error) => Err(error),
        Ok(()) => Ok(ExitCode::SUCCESS),
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kind = error.root_cause().downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    kind == Some(std::io::ErrorKind::BrokenPipe)
}

/// Answers every line of `input` by one line of `output`.
fn answer_all<R: Read>(mut input: BufReader<R>, mut output: impl Write) -> anyhow::Result<()> {
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        let n = input
            .by_ref()
            .take(LINE_BYTES_MAX)
            .read_until(b'\n', &mut line)
            .context("读取标准输入")?;
        if n == 0 {
            output.flush()?;
            return Ok(());
        }
        number += 1;
        let whole = line.ends_with(b"\n") || (n as u64) < LINE_BYTES_MAX;
        if whole {
            answer(&line, number, &mut output)?;
        } else {
            input.skip_until(b'\n').context("读取标准输入")?;
            refuse(&mut output, number, format!("一行超过 {} MB", LINE_BYTES_MAX >> 20))?;
        }
        output.write_all(b"\n")?;
        // Nothing waits to be read: whoever asks line by line gets the answer now.
        if input.buffer().is_empty() {
            output.flush()?;
        }
    }
}

fn answer(line: &[u8], number: u64, output: &mut impl Write) -> anyhow::Result<()> {
    match read(line) {
        Ok((text, reader, given)) => {
            let verdict = identify(&text);
            write_verdict(&verdict, reader, given, output)
        }
        Err(message) => refuse(output, number, message),
    }
}

/// The message of a line, or what is wrong with it.
fn read(line: &[u8]) -> Result<(String, Reader, Given), String> {
    let line = std::str::from_utf8(line).map_err(|_| "不是 UTF-8 文字".to_owned())?;
    if line.trim().is_empty() {
        return Err("空行；应为 {\"text\":\"…\"}".to_owned());
    }
    let asked: Asked = serde_json::from_str(line)
        .map_err(|error| format!("应为 {{\"text\":\"…\"}} 这样的 JSON 对象（{error}）"))?;
    let reader = match asked.reader.as_deref() {
        None => Reader::default(),
        Some(word) => Reader::parse(word).ok_or_else(|| {
            format!("reader `{word}` 不可用；可用：anyone、pupil、parent、teacher")
        })?,
    };
    let given = match asked.given.as_deref() {
        None => Given::default(),
        Some(word) => Given::parse(word)
            .ok_or_else(|| format!("given `{word}` 不可用；可用：nothing、codes、money"))?,
    };
    Ok((asked.text, reader, given))
}

fn write_verdict(
    verdict: &Verdict,
    reader: Reader,
    given: Given,
    output: &mut impl Write,
) -> anyhow::Result<()> {
    let quiet = verdict.outcome == Outcome::NothingFound && given == Given::Nothing;
    let answer = Answer {
        verdict: verdict.outcome.word(),
        kind: verdict.kind.map(recognition::FraudType::name),
        probability: (verdict.probability * 1e4).round() / 1e4,
        reasons: verdict
            .reasons
            .iter()
            .map(|reason| Because {
                rule: reason.rule,
                span: [reason.span.0, reason.span.1],
                text: &reason.text,
            })
            .collect(),
        advice: if quiet { Vec::new() } else { verdict.advice(reader, given) },
    };
    serde_json::to_writer(output, &answer)?;
    Ok(())
}

fn refuse(output: &mut impl Write, line: u64, message: String) -> anyhow::Result<()> {
    let error = format!("第 {line} 行：{message}");
    serde_json::to_writer(output, &Refusal { error, line })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::answer_all;

    fn answers(input: &[u8]) -> Vec<serde_json::Value> {
        let mut output = Vec::new();
        answer_all(BufReader::new(input), &mut output).expect("answers");
        let text = String::from_utf8(output).expect("UTF-8");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    #[test]
    fn every_line_is_answered_in_order_and_a_bad_one_stops_nothing() {
        let input = "{\"text\":\"把钱转到安全账户\"}\nnonsense\n\n{\"text\":5}\n{\"text\":\"明天开会\"}";
        let answers = answers(input.as_bytes());
        assert_eq!(answers.len(), 5);
        assert_eq!(answers[0]["verdict"], "scam");
        for (i, line) in [(1, 2), (2, 3), (3, 4)] {
            assert_eq!(answers[i]["line"], line);
            let error = answers[i]["error"].as_str().unwrap_or_default();
            assert!(error.starts_with(&format!("第 {line} 行：")), "{error}");
        }
        assert_eq!(answers[4]["verdict"], "none");
        assert!(answers[4]["type"].is_null());
    }

    #[test]
    fn an_answer_has_the_agreed_fields_and_spans_in_characters() {
        let answers =
            answers("{\"text\":\"您好，请把验证码告诉我，钱马上转到安全账户\"}".as_bytes());
        let answer = answers[0].as_object().expect("an object");
        let fields: Vec<&str> = answer.keys().map(String::as_str).collect();
        for field in ["verdict", "type", "probability", "reasons", "advice"] {
            assert!(fields.contains(&field), "{field}");
        }
        let reasons = answers[0]["reasons"].as_array().expect("reasons");
        let asked =
            reasons.iter().find(|reason| reason["rule"] == "asks-code").expect("the rule");
        assert_eq!(asked["span"], serde_json::json!([5, 11]));
    }

    #[test]
    fn invalid_utf8_and_an_endless_line_are_refused() {
        let mut input = vec![0xff, b'\n'];
        input.extend(vec![b'x'; (super::LINE_BYTES_MAX + 10) as usize]);
        input.extend(b"\n{\"text\":\"\xe4\xbd\xa0\xe5\xa5\xbd\"}\n");
        let answers = answers(&input);
        assert_eq!(answers.len(), 3);
        assert_eq!((&answers[0]["line"], &answers[1]["line"]), (&1.into(), &2.into()));
        assert_eq!(answers[2]["verdict"], "none");
    }
}
