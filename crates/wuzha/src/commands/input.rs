//! Files that a command is given. What is wrong with one is told in Chinese,
//! and the command ends with exit code 2.

use std::{
    fmt,
    fs::{self, File},
    io,
    path::Path,
    process::ExitCode,
};

use campaign::tables::TableError;

/// The exit code when the input was not in order.
const NOT_IN_ORDER: u8 = 2;

/// What is wrong with the input, in the words of who made it.
#[derive(Debug)]
pub(crate) struct NotInOrder(pub(crate) String);

impl fmt::Display for NotInOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotInOrder {}

/// 2 if the input was not in order, which is told; other failures go on up.
pub(crate) fn exit_code(result: anyhow::Result<()>) -> anyhow::Result<ExitCode> {
    let Err(error) = result else { return Ok(ExitCode::SUCCESS) };
    let not_in_order = match error.downcast_ref::<TableError>() {
        Some(error) => !matches!(error, TableError::Read { .. }),
        None => error.is::<NotInOrder>(),
    };
    if !not_in_order {
        return Err(error);
    }
    eprintln!("错误：{error:#}");
    Ok(ExitCode::from(NOT_IN_ORDER))
}

/// Opens a file; `what` says what it should be, as in “方案文件”.
pub(crate) fn open(path: &Path, what: &str) -> Result<File, NotInOrder> {
    let refuse = |error: &io::Error| NotInOrder(why_not(path, what, error));
    let file = File::open(path).map_err(|error| refuse(&error))?;
    match file.metadata() {
        Ok(found) if found.is_dir() => Err(refuse(&io::ErrorKind::IsADirectory.into())),
        Ok(_) => Ok(file),
        Err(error) => Err(refuse(&error)),
    }
}

/// A text file without its byte order mark.
pub(crate) fn text(path: &Path, what: &str) -> Result<String, NotInOrder> {
    let bytes = fs::read(path).map_err(|error| NotInOrder(why_not(path, what, &error)))?;
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
        let line = line.filter(|byte| **byte == b'\n').count() + 1;
        let name = path.display();
        NotInOrder(format!("{what} {name} 第{line}行不是 UTF-8 文本，请另存为 UTF-8"))
    })?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

fn why_not(path: &Path, what: &str, error: &io::Error) -> String {
    let name = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => format!("没有这个{what}：{name}"),
        io::ErrorKind::PermissionDenied => format!("没有权限读取{what}：{name}"),
        io::ErrorKind::IsADirectory => format!("{name} 是文件夹，不是{what}"),
        _ => format!("不能读取{what} {name}（{error}）"),
    }
}
