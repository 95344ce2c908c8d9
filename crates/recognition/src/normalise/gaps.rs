//! Marks that are put between the characters of a word to hide it.

use super::{Cell, Disguise, ORNAMENT, Undone, is_han, note};

/// Marks that are put between the characters of a word to hide it.
pub(super) fn is_gap(c: char) -> bool {
    matches!(
        c,
        ' ' | '*'
            | '_'
            | '~'
            | '^'
            | '|'
            | '·'
            | '.'
            | '-'
            | '+'
            | '='
            | '#'
            | '/'
            | '\\'
            | '`'
            | '\''
            | '"'
            | ','
            | '、'
            | '。'
            | '('
            | ')'
            | '【'
            | '】'
            | '['
            | ']'
            | '<'
            | '>'
            | '{'
            | '}'
            | '&'
            | '%'
            | '$'
            | '@'
            | ORNAMENT
    )
}

/// Marks that never stand between two characters of an ordinary sentence.
pub(super) fn is_sure_gap(c: char) -> bool {
    matches!(
        c,
        ' ' | '*' | '_' | '~' | '^' | '|' | '\\' | '`' | '=' | '#' | '+' | '&' | '$' | ORNAMENT
    )
}

fn is_bracket(open: char, close: char) -> bool {
    matches!((open, close), ('(', ')') | ('【', '】') | ('[', ']') | ('<', '>') | ('{', '}'))
}

/// Second pass: marks between characters of a word go away.
pub(super) fn close_gaps(cells: &mut Vec<Cell>, undone: &mut Vec<Undone>) {
    let mut kept: Vec<Cell> = Vec::with_capacity(cells.len());
    let mut i = 0;
    while let Some(&cell) = cells.get(i) {
        if !is_gap(cell.c) {
            kept.push(cell);
            i += 1;
            continue;
        }
        let mut end = i;
        while cells.get(end).is_some_and(|next| is_gap(next.c)) {
            end += 1;
        }
        if drops(cells, &kept, i, end) {
            // A single space is layout, not a disguise, unless it recurs.
            let disguised = cell.c != ' ' || recurs(cells, i, end);
            if disguised {
                let to = cells.get(end).map_or(cell.at + 1, |next| next.at);
                note(undone, Disguise::Spaced, cell.at, to.max(cell.at + 1));
            }
        } else {
            keep_marks(&mut kept, cells, i, end);
        }
        i = end;
    }
    *cells = kept;
}

/// Keeps the marks `i..end` without ornaments; a space only between two words
/// of letters, and a hiding mark only if it stands alone.
fn keep_marks(kept: &mut Vec<Cell>, cells: &[Cell], i: usize, end: usize) {
    let is_latin =
        |cell: Option<&Cell>| cell.is_some_and(|cell| cell.c.is_ascii_alphanumeric());
    let between_words = is_latin(kept.last()) && is_latin(cells.get(end));
    let alone = end - i == 1;
    for mark in cells.get(i..end).unwrap_or_default() {
        let keep = match mark.c {
            ORNAMENT => false,
            ' ' => alone && between_words,
            c => alone || !is_sure_gap(c),
        };
        if keep {
            kept.push(*mark);
        }
    }
}

/// Whether the marks `i..end` only part a word.
fn drops(cells: &[Cell], kept: &[Cell], i: usize, end: usize) -> bool {
    let (Some(before), Some(after)) = (kept.last(), cells.get(end)) else { return false };
    let between_han = is_wordy(before.c) && is_wordy(after.c);
    if !between_han {
        return false;
    }
    let marks = cells.get(i..end).unwrap_or_default();
    if marks.iter().all(|mark| is_sure_gap(mark.c)) {
        // Between Latin words a space is a space; any other such mark hides.
        let spaces = marks.iter().all(|mark| mark.c == ' ');
        return !spaces || is_han(before.c) || is_han(after.c) || spelled_apart(cells, i, end);
    }
    if !(is_han(before.c) && is_han(after.c)) {
        return false;
    }
    // A comma beside an ornament is still a comma.
    if marks.len() > 1 && marks.iter().any(|mark| matches!(mark.c, ',' | '。' | '、')) {
        return false;
    }
    if let [mark] = marks {
        // `转[账]`: a bracket around one character.
        let opens = cells.get(end + 1).is_some_and(|close| is_bracket(mark.c, close.c));
        let closed = end
            .checked_sub(3)
            .and_then(|k| cells.get(k))
            .is_some_and(|open| is_bracket(open.c, mark.c));
        if opens || closed {
            return true;
        }
    }
    recurs(cells, i, end)
}

/// Whether the same mark stands again one character before or after.
fn recurs(cells: &[Cell], i: usize, end: usize) -> bool {
    let Some(mark) = cells.get(i).map(|cell| cell.c) else { return false };
    if end - i > 2 || mark == '、' && end - i == 1 && !twice(cells, i, end, mark) {
        return false;
    }
    let after = cells.get(end + 1).is_some_and(|cell| cell.c == mark)
        && cells.get(end).is_some_and(|cell| is_han(cell.c));
    let before = i.checked_sub(2).and_then(|k| cells.get(k)).is_some_and(|cell| cell.c == mark)
        && i.checked_sub(1).and_then(|k| cells.get(k)).is_some_and(|cell| is_han(cell.c));
    after || before
}

/// `q q 1 2 3`: single letters or digits, each parted by the same mark.
fn spelled_apart(cells: &[Cell], i: usize, end: usize) -> bool {
    let Some(mark) = cells.get(i).map(|cell| cell.c) else { return false };
    let is_mark = |k: Option<usize>| {
        k.and_then(|k| cells.get(k)).is_none_or(|cell| cell.c == mark || is_han(cell.c))
    };
    end - i == 1 && is_mark(i.checked_sub(2)) && is_mark(end.checked_add(1))
}

/// An enumeration comma parts single words in ordinary lists, so it must recur on both sides.
fn twice(cells: &[Cell], i: usize, end: usize, mark: char) -> bool {
    cells.get(end + 1).is_some_and(|cell| cell.c == mark)
        && i.checked_sub(2).and_then(|k| cells.get(k)).is_some_and(|cell| cell.c == mark)
}

fn is_wordy(c: char) -> bool {
    is_han(c) || c.is_ascii_alphanumeric()
}
