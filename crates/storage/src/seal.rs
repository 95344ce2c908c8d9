//! Sealed fields: phone, identity number and address are never in the clear in
//! the database. AES-256-GCM per field; a keyed digest finds a value again
//! without opening it. The key lies in a file or the environment, never in the
//! database.

use aes_gcm::aead::{Aead, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::StorageError;
use crate::audit::hex;

/// Seals and opens fields, and makes their digests.
#[derive(Clone)]
pub struct Sealer {
    cipher: Aes256Gcm,
    digest_key: [u8; 32],
}

/// The version of the sealing, so that keys and algorithms can change later.
const PREFIX: &str = "s1:";

impl Sealer {
    pub fn new(key: &[u8; 32]) -> Self {
        let derive = |purpose: &str| -> [u8; 32] {
            let mut hasher = Sha256::new();
            hasher.update(purpose.as_bytes());
            hasher.update(key);
            hasher.finalize().into()
        };
        Self {
            cipher: Aes256Gcm::new(&derive("wuzha field").into()),
            digest_key: derive("wuzha digest"),
        }
    }

    /// Seals `text` for one field (`person.phone`): a sealed value moved to
    /// another field does not open.
    pub fn seal(&self, field: &str, text: &str) -> Result<String, StorageError> {
        let mut nonce = [0_u8; 12];
        getrandom::fill(&mut nonce).map_err(|_| StorageError::Sealed)?;
        let payload = Payload { msg: text.as_bytes(), aad: field.as_bytes() };
        let sealed = self
            .cipher
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| StorageError::Sealed)?;
        let mut bytes = nonce.to_vec();
        bytes.extend_from_slice(&sealed);
        Ok(format!("{PREFIX}{}", STANDARD_NO_PAD.encode(bytes)))
    }

    pub fn open(&self, field: &str, sealed: &str) -> Result<String, StorageError> {
        let bytes = sealed
            .strip_prefix(PREFIX)
            .and_then(|text| STANDARD_NO_PAD.decode(text).ok())
            .ok_or(StorageError::Sealed)?;
        let (nonce, text) = bytes.split_at_checked(12).ok_or(StorageError::Sealed)?;
        let nonce: [u8; 12] = nonce.try_into().map_err(|_| StorageError::Sealed)?;
        let payload = Payload { msg: text, aad: field.as_bytes() };
        let text = self
            .cipher
            .decrypt(&Nonce::from(nonce), payload)
            .map_err(|_| StorageError::Sealed)?;
        String::from_utf8(text).map_err(|_| StorageError::Sealed)
    }

    /// The same text gives the same digest, under this key only.
    pub fn digest(&self, field: &str, text: &str) -> String {
        let mut mac = match Hmac::<Sha256>::new_from_slice(&self.digest_key) {
            Ok(mac) => mac,
            Err(never) => unreachable!("an HMAC takes keys of any length: {never}"),
        };
        mac.update(field.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        hex(&mac.finalize().into_bytes()[..16])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_field_opens_only_as_itself() {
        let sealer = Sealer::new(&[7; 32]);
        let sealed = sealer.seal("person.phone", "13900000000").expect("seals");
        assert!(!sealed.contains("13900000000"));
        assert_eq!(sealer.open("person.phone", &sealed).expect("opens"), "13900000000");
        assert!(sealer.open("person.address", &sealed).is_err());
        assert!(Sealer::new(&[8; 32]).open("person.phone", &sealed).is_err());
        let again = sealer.seal("person.phone", "13900000000").expect("seals");
        assert_ne!(sealed, again);
        assert_eq!(sealer.digest("person.phone", "1"), sealer.digest("person.phone", "1"));
        assert_ne!(sealer.digest("person.phone", "1"), sealer.digest("person.address", "1"));
    }
}
