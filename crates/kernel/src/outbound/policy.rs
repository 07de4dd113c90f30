//! Which addresses may be asked: pure.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// Networks that nothing may reach, whatever is allowed: metadata services and link-local addresses give out the
/// machine's own credentials (AWS, Azure, Google Cloud, Alibaba Cloud, Oracle), and the rest is no host at all.
const NEVER: [&str; 10] = [
    "0.0.0.0/8",
    "169.254.0.0/16",
    "168.63.129.16/32",
    "100.100.100.200/32",
    "192.0.0.192/32",
    "224.0.0.0/3",
    "::/128",
    "fe80::/10",
    "ff00::/8",
    "fd00:ec2::/32",
];

/// Networks of the machine and of its site (RFC 6890): reachable only where the operator allows them.
const INSIDE: [&str; 14] = [
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "::1/128",
    "fc00::/7",
    "2001:db8::/32",
];

/// What an operator allowed beyond the public internet.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    allowed: Vec<IpNet>,
}

impl Policy {
    /// The public internet, and `allowed` networks of the inside.
    #[must_use]
    pub fn new(allowed: Vec<IpNet>) -> Self {
        Self { allowed }
    }

    /// Whether a connection to `address` may be made. An IPv6 address that carries an IPv4 address is judged by both.
    #[must_use]
    pub fn permits(&self, address: IpAddr) -> bool {
        let IpAddr::V6(six) = address else {
            return self.permits_plain(address);
        };
        match embedded(six) {
            Some(four) if six.to_ipv4_mapped().is_some() => self.permits_plain(IpAddr::V4(four)),
            Some(four) => self.permits_plain(IpAddr::V4(four)) && self.permits_plain(address),
            None => self.permits_plain(address),
        }
    }

    fn permits_plain(&self, address: IpAddr) -> bool {
        if is_in(&NEVER, address) {
            return false;
        }
        !is_in(&INSIDE, address) || self.allowed.iter().any(|network| network.contains(&address))
    }
}

/// Whether an address is of the machine or of its site: nobody outside listens between it and us.
#[must_use]
pub fn is_inside(address: IpAddr) -> bool {
    is_in(&INSIDE, address)
}

fn is_in(networks: &[&str], address: IpAddr) -> bool {
    let parsed = networks.iter().filter_map(|text| text.parse::<IpNet>().ok());
    parsed.into_iter().any(|network| network.contains(&address))
}

/// The IPv4 address that an IPv6 address leads to: mapped and compatible (RFC 4291), NAT64 (RFC 6052, RFC 8215), 6to4
/// (RFC 3056).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return Some(mapped);
    }
    let last = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x64, 0xff9b, 1, _, _, _, high, low] => Some(last(high, low)),
        [0x2002, high, low, ..] => Some(last(high, low)),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => Some(last(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn policy(allowed: &[&str]) -> Policy {
        Policy::new(allowed.iter().map(|text| text.parse().unwrap()).collect())
    }

    #[test]
    fn every_network_of_the_tables_is_one() {
        for text in NEVER.iter().chain(&INSIDE) {
            assert!(text.parse::<IpNet>().is_ok(), "{text}");
        }
    }

    #[rstest]
    #[case("127.0.0.1")]
    #[case("10.1.2.3")]
    #[case("172.31.255.255")]
    #[case("192.168.1.1")]
    #[case("100.64.0.1")]
    #[case("169.254.169.254")]
    #[case("0.0.0.0")]
    #[case("255.255.255.255")]
    #[case("224.0.0.1")]
    #[case("::1")]
    #[case("::")]
    #[case("::ffff:127.0.0.1")]
    #[case("::ffff:169.254.169.254")]
    #[case("::127.0.0.1")]
    #[case("64:ff9b::a9fe:a9fe")]
    #[case("64:ff9b:1::7f00:1")]
    #[case("2002:7f00:1::")]
    #[case("fd12:3456::1")]
    #[case("fe80::1")]
    #[case("fd00:ec2::254")]
    #[case("ff02::1")]
    fn inside_addresses_are_refused(#[case] address: IpAddr) {
        assert!(!Policy::default().permits(address));
    }

    #[rstest]
    #[case("1.1.1.1")]
    #[case("8.8.8.8")]
    #[case("172.32.0.1")]
    #[case("2606:4700::1111")]
    #[case("64:ff9b::808:808")]
    fn public_addresses_are_permitted(#[case] address: IpAddr) {
        assert!(Policy::default().permits(address));
    }

    #[test]
    fn an_allowed_network_opens_itself_and_never_metadata() {
        let open = policy(&["127.0.0.0/8", "::1/128", "169.254.0.0/16", "0.0.0.0/0", "::/0"]);
        assert!(open.permits("127.0.0.1".parse().unwrap()));
        assert!(open.permits("::1".parse().unwrap()));
        assert!(open.permits("10.0.0.1".parse().unwrap()));
        assert!(!open.permits("169.254.169.254".parse().unwrap()));
        assert!(!open.permits("fe80::1".parse().unwrap()));
        let narrow = policy(&["10.1.0.0/16"]);
        assert!(narrow.permits("10.1.2.3".parse().unwrap()));
        assert!(!narrow.permits("10.2.2.3".parse().unwrap()));
    }

    proptest! {
        #[test]
        fn an_ipv4_address_is_judged_alike_in_every_disguise(bits in any::<u32>()) {
            let four = Ipv4Addr::from(bits);
            let [a, b, c, d] = four.octets().map(u16::from);
            let (high, low) = (a << 8 | b, c << 8 | d);
            let plain = Policy::default().permits(IpAddr::V4(four));
            for disguise in [
                Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, high, low),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
            ] {
                prop_assert_eq!(Policy::default().permits(IpAddr::V6(disguise)), plain);
            }
        }
    }
}
