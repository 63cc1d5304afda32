"""Warning of the public: phones, sirens, loudspeaker vans."""
