//! Who is at the other end: the peer of the connection or, behind a listed proxy, the client that it names.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::http::HeaderMap;

/// The other end of the connection. The listener puts it into each request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// A range of addresses: "192.168.10.0/24", "fd00::/8", or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    prefix: u32,
}

impl Network {
    pub fn contains(&self, address: IpAddr) -> bool {
        let (base, width) = bits(self.base);
        let (other, other_width) = bits(address);
        width == other_width && (self.prefix == 0 || (base ^ other) >> (width - self.prefix) == 0)
    }
}

/// One address alone.
impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Network {
        let base = address.to_canonical();
        Network { base, prefix: bits(base).1 }
    }
}

/// An address as a number, and how many bits that has.
fn bits(address: IpAddr) -> (u128, u32) {
    match address.to_canonical() {
        IpAddr::V4(v4) => (u128::from(u32::from(v4)), 32),
        IpAddr::V6(v6) => (u128::from(v6), 128),
    }
}

/// Not an address, or a prefix longer than one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoNetwork(String);

impl fmt::Display for NoNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is neither an address nor a range such as 192.168.10.0/24", self.0)
    }
}

impl std::error::Error for NoNetwork {}

impl FromStr for Network {
    type Err = NoNetwork;
    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let refuse = || NoNetwork(text.to_owned());
        let (base, prefix) = text.split_once('/').map_or((text, None), |(base, prefix)| (base, Some(prefix)));
        let base: IpAddr = base.trim().parse().map_err(|_| refuse())?;
        let base = base.to_canonical();
        let width = bits(base).1;
        let prefix = prefix.map_or(Ok(width), |p| p.trim().parse().map_err(|_| refuse()))?;
        if prefix > width { Err(refuse()) } else { Ok(Network { base, prefix }) }
    }
}

/// What the connection and, where it is believed, the proxy say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Client {
    pub address: Option<IpAddr>,
    pub secure: bool,
}

/// The client's address and whether it speaks https. Headers count only when the peer is a listed proxy; of a chain
/// of proxies the last one that is not listed is the client, since everything before it is the client's own claim.
pub(super) fn client(peer: Option<IpAddr>, headers: &HeaderMap, proxies: &[Network], https: bool) -> Client {
    let listed = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    let Some(peer) = peer.map(|address| address.to_canonical()) else {
        return Client { address: None, secure: https };
    };
    if !listed(peer) {
        return Client { address: Some(peer), secure: https };
    }
    let hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .collect();
    let mut address = peer;
    for hop in hops.iter().rev() {
        let Ok(hop) = hop.parse::<IpAddr>() else { break };
        address = hop.to_canonical();
        if !listed(address) {
            break;
        }
    }
    let proto = headers.get("x-forwarded-proto").and_then(|v| v.to_str().ok());
    Client { address: Some(address), secure: proto.map_or(https, |proto| proto.eq_ignore_ascii_case("https")) }
}
