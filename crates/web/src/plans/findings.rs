//! What is wrong with a plan's text, beside the text itself: nothing that was
//! written is lost.

use campaign::plan::{Finding, Severity};
use maud::{Markup, html};

use crate::layout::{Tone, tag};

fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Warn,
        Severity::Advice => Tone::Calm,
    }
}

/// The findings as a table by line and column; nothing if there are none.
pub(super) fn table(findings: &[Finding], caption: &str) -> Markup {
    html! {
        @if !findings.is_empty() {
            section.card.flush {
                table.stack {
                    caption { (caption) "（" (findings.len()) " 处）" }
                    thead { tr { th { "位置" } th { "程度" } th { "问题" } th { "怎样改" } } }
                    tbody {
                        @for finding in findings {
                            tr {
                                td data-label="位置" {
                                    @if finding.line > 0 { "第 " (finding.line) " 行第 " (finding.column) " 列" }
                                    @else { "全文" }
                                }
                                td data-label="程度" { (tag(finding.severity.chinese(), tone(finding.severity))) }
                                td data-label="问题" { (finding.message) }
                                td data-label="怎样改" { (finding.allowed.as_deref().unwrap_or("—")) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The lines that errors are in, with a mark, so that they are found again.
pub(super) fn excerpt(text: &str, findings: &[Finding]) -> Markup {
    let lines: Vec<&str> = text.lines().collect();
    let mut wanted: Vec<usize> =
        findings.iter().filter(|it| it.is_error()).map(|it| it.line).collect();
    wanted.retain(|line| (1..=lines.len()).contains(line));
    wanted.dedup();
    html! {
        @if !wanted.is_empty() {
            ol.source {
                @for line in wanted.iter().take(20) {
                    li value=(line) { code { (lines.get(line - 1).copied().unwrap_or_default()) } }
                }
            }
        }
    }
}
