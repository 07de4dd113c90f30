//! Names of images as people write them: pure.

use slipway_kernel::{Error, Result};

/// Longest name of an image.
const LENGTH: usize = 500;

/// The name of an image, without blanks around it.
///
/// # Errors
///
/// `Invalid`, at the attribute `image`.
pub(crate) fn image_name(written: &str) -> Result<String> {
    let image = written.trim();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_/:@".contains(&byte);
    if image.is_empty() || image.len() > LENGTH || !image.bytes().all(is_plain) {
        let detail = "This is no name of an image: it is like registry.example.com/shop:1.2 or nginx@sha256:….";
        return Err(Error::invalid("/data/attributes/image", detail));
    }
    Ok(image.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_around_it_are_no_part_of_a_name() {
        assert_eq!(image_name(" busybox:1 ").unwrap(), "busybox:1");
        image_name("two words").unwrap_err();
        image_name(" ").unwrap_err();
    }
}
