//! Who has the other end of a connection on this computer, as far as the system tells.

use std::net::SocketAddr;

/// One end of a TCP connection of this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TcpEnd {
    /// Whose it is.
    pub(crate) uid: u32,
    /// The socket's number; 0 once its program has let it go.
    pub(crate) inode: u64,
}

/// The end at `from` of the connection from there to `to`. Only Linux tells.
#[cfg(target_os = "linux")]
pub(crate) fn end_at(from: SocketAddr, to: SocketAddr) -> Option<TcpEnd> {
    // Programs that speak both versions of IP, such as Java's, reach an IPv4 address through a socket for IPv6.
    ["/proc/net/tcp", "/proc/net/tcp6"].into_iter().find_map(|path| {
        let table = std::fs::read_to_string(path).ok()?;
        find(&table, from, to)
    })
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn end_at(_from: SocketAddr, _to: SocketAddr) -> Option<TcpEnd> {
    None
}

/// What a line of `/proc/net/tcp` or `tcp6` says of the connection from `from` to `to` (proc_pid_net(5)).
#[cfg(target_os = "linux")]
fn find(table: &str, from: SocketAddr, to: SocketAddr) -> Option<TcpEnd> {
    let (from, to) = (written(from)?, written(to)?);
    table.lines().skip(1).find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_at = |column: usize, address: &[String; 2]| {
            let word = words.get(column);
            word.is_some_and(|word| address.iter().any(|written| written == word))
        };
        if !is_at(1, &from) || !is_at(2, &to) {
            return None;
        }
        Some(TcpEnd {
            uid: words.get(7)?.parse().ok()?,
            inode: words.get(9)?.parse().ok()?,
        })
    })
}

/// An IPv4 address as the one table has it, and as the other.
#[cfg(target_os = "linux")]
fn written(address: SocketAddr) -> Option<[String; 2]> {
    let SocketAddr::V4(v4) = address else {
        return None;
    };
    let word = |octets: [u8; 4]| format!("{:08X}", u32::from_ne_bytes(octets));
    let (host, port) = (word(v4.ip().octets()), v4.port());
    let mapped = format!("{:016X}{}{host}", 0, word([0, 0, 0xff, 0xff]));
    Some([format!("{host}:{port:04X}"), format!("{mapped}:{port:04X}")])
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells_whose_a_connection_is() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
             0: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 4711 1\n";
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let end = TcpEnd {
            uid: 1001,
            inode: 4711,
        };
        assert_eq!(find(table, at(0x9C40), at(0x1F90)), Some(end));
        assert_eq!(find(table, at(0x1F90), at(0x9C40)), None);
    }

    #[test]
    fn a_connection_through_a_socket_for_ipv6_is_found_too() {
        let table = "  sl  local_address rem_address st tx_queue rx_queue tr tm->when retrnsmt uid timeout inode\n   \
             0: 0000000000000000FFFF00000100007F:9C40 0000000000000000FFFF00000100007F:1F90 01 00000000:00000000 \
             00:00000000 00000000  1001        0 4711 1\n";
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let end = TcpEnd {
            uid: 1001,
            inode: 4711,
        };
        assert_eq!(find(table, at(0x9C40), at(0x1F90)), Some(end));
    }
}
