"""How Seinpost is installed, watched and kept going: images, manifests, rules, runbooks."""
