use std::collections::HashSet;

use super::*;

#[test]
fn i79_clients_with_an_earlier_login_of_the_same_proxy_are_let_go() {
    let clients = HttpClients::default();
    let made = [
        "http://troy:old@proxy.example:3128",
        "http://troy:other@other.example:3128",
        "http://troy:new@proxy.example:3128",
    ];
    for proxy in made {
        let wire = Wire {
            plain: true,
            ca_bundle: None,
            proxy: Some(ProxyUrl(Secret::new(proxy))),
            no_proxy: None,
        };
        clients.client(&wire).unwrap();
    }
    let held = clients.made.lock().unwrap();
    let proxies = held.keys().filter_map(|(wire, _)| wire.proxy.as_ref());
    let proxies: HashSet<&str> = proxies.map(|proxy| proxy.0.expose()).collect();
    assert_eq!(proxies, HashSet::from([made[1], made[2]]));
}
