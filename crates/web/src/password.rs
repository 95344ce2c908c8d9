//! Passwords: the policy in words, hashing and checking by argon2id.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash};

use crate::WebError;

const CHARS_MIN: usize = 10;
const CHARS_MAX: usize = 128;

/// Too easily guessed, whatever the length.
const COMMON: [&str; 8] =
    ["password", "12345678", "qwerty", "admin", "wuzha", "fanzha", "abc123", "111111"];

/// Says what is wrong with a new password, in words.
pub fn check(password: &str, sign_in_name: &str) -> Result<(), WebError> {
    let length = password.chars().count();
    if !(CHARS_MIN..=CHARS_MAX).contains(&length) {
        return Err(WebError::invalid(format!(
            "密码须为 {CHARS_MIN} 至 {CHARS_MAX} 个字符，现为 {length} 个。"
        )));
    }
    let kinds = [
        password.chars().any(|c| c.is_ascii_lowercase()),
        password.chars().any(|c| c.is_ascii_uppercase()),
        password.chars().any(|c| c.is_ascii_digit()),
        password.chars().any(|c| !c.is_ascii_alphanumeric()),
    ];
    if kinds.into_iter().filter(|&it| it).count() < 2 {
        return Err(WebError::invalid(
            "密码须至少包含小写字母、大写字母、数字、符号中的两类。",
        ));
    }
    let lower = password.to_lowercase();
    let name = sign_in_name.to_lowercase();
    if (name.len() >= 3 && lower.contains(&name)) || COMMON.iter().any(|it| lower.contains(it))
    {
        return Err(WebError::invalid("密码过于常见或包含登录名，请换一个。"));
    }
    Ok(())
}

/// Hashes off the async threads: it takes tens of milliseconds on purpose.
pub async fn hash(password: String) -> Result<String, WebError> {
    tokio::task::spawn_blocking(move || {
        Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string())
    })
    .await
    .map_err(|error| WebError::Internal(error.to_string()))?
    .map_err(|error| WebError::Internal(error.to_string()))
}

pub async fn verify(password: String, hash: String) -> Result<bool, WebError> {
    tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash).is_ok_and(|hash| {
            Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
        })
    })
    .await
    .map_err(|error| WebError::Internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_refused_with_the_reason() {
        let words = |password: &str| match check(password, "zhangwei") {
            Err(WebError::Invalid(words)) => words,
            other => format!("{other:?}"),
        };
        assert!(words("short1").contains("10 至 128"));
        assert!(words("onlyletters").contains("两类"));
        assert!(words("Zhangwei-2024").contains("登录名"));
        assert!(words("password-123").contains("常见"));
        assert!(check("spring-River-27", "zhangwei").is_ok());
    }
}
