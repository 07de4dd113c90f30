//! Amounts as Kubernetes writes them: `250m`, `64Mi`, `1500000n`
//! (<https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>).

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

const BILLION: u128 = 1_000_000_000;
/// What a suffix stands for, in billionths.
const SUFFIXES: [(&str, u128); 16] = [
    ("Ki", BILLION << 10),
    ("Mi", BILLION << 20),
    ("Gi", BILLION << 30),
    ("Ti", BILLION << 40),
    ("Pi", BILLION << 50),
    ("Ei", BILLION << 60),
    ("n", 1),
    ("u", 1_000),
    ("m", 1_000_000),
    ("k", BILLION * 1_000),
    ("M", BILLION * 1_000_000),
    ("G", BILLION * 1_000_000_000),
    ("T", BILLION * 1_000_000_000_000),
    ("P", BILLION * 1_000_000_000_000_000),
    ("E", BILLION * 1_000_000_000_000_000_000),
    ("", BILLION),
];

/// Whole units, rounded up; zero for what is no amount.
pub(crate) fn whole(text: &str) -> u64 {
    scaled(text, BILLION)
}

/// Thousandths, rounded up; zero for what is no amount.
pub(crate) fn thousandths(text: &str) -> u64 {
    scaled(text, BILLION / 1000)
}

/// An amount of bytes.
pub(crate) fn bytes(amount: u64) -> Quantity {
    Quantity(amount.to_string())
}

/// An amount of thousandths.
pub(crate) fn milli(amount: u32) -> Quantity {
    Quantity(if amount == 0 {
        "0".to_owned()
    } else {
        format!("{amount}m")
    })
}

fn scaled(text: &str, by: u128) -> u64 {
    let billionths = billionths(text).unwrap_or_default();
    u64::try_from(billionths.div_ceil(by)).unwrap_or(u64::MAX)
}

fn billionths(text: &str) -> Option<u128> {
    let (number, factor) = SUFFIXES
        .iter()
        .find_map(|(suffix, factor)| Some((text.strip_suffix(suffix)?, *factor)))?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let mut amount = whole.parse::<u128>().ok()?.checked_mul(factor)?;
    let mut place = factor;
    for digit in fraction.chars() {
        place /= 10;
        amount = amount.checked_add(u128::from(digit.to_digit(10)?).checked_mul(place)?)?;
    }
    Some(amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("250m", 1, 250)]
    #[case("2", 2, 2000)]
    #[case("1.5", 2, 1500)]
    #[case("1500000n", 1, 2)]
    #[case("64Mi", 64 << 20, 64_000 << 20)]
    #[case("1.5Gi", 3 << 29, 3000 << 29)]
    #[case("128974848", 128_974_848, 128_974_848_000)]
    #[case("junk", 0, 0)]
    #[case("", 0, 0)]
    fn amounts_are_read(#[case] text: &str, #[case] units: u64, #[case] parts: u64) {
        assert_eq!((whole(text), thousandths(text)), (units, parts));
    }
}
