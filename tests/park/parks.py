"""Random valid parks."""

from hypothesis import strategies as st

from parkwatt.park import CARRIERS, Domain, Enterprise, Location, Meter, Name, Park, Role

# Text that a person could type into a cell; blanks at the ends would not survive any table.
_TYPED = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), include_characters=" "), max_size=12)
TEXTS = _TYPED.map(str.strip)
IDS = TEXTS.filter(lambda text: text != "" and not set(text) & set("/+#"))
NAMES = st.builds(Name, en=TEXTS, zh=TEXTS)
AMOUNTS = st.integers(1, 10**9).map(lambda thousandths: thousandths / 1000)  # a workbook keeps 15 digits


@st.composite
def parks(draw: st.DrawFn) -> Park:
    """A park whose meters hang together as the rules ask."""
    enterprise_ids = draw(st.lists(IDS, unique=True, max_size=4))
    meters: list[Meter] = []
    for meter_id in draw(st.lists(IDS, unique=True, max_size=8)):
        carrier = draw(st.sampled_from(sorted(CARRIERS)))
        upstream = [m.id for m in meters if m.carrier == carrier and m.role is not Role.PRODUCTION]
        role = draw(st.sampled_from(Role))
        meters.append(
            Meter(
                id=meter_id,
                name=draw(NAMES),
                enterprise=draw(st.sampled_from([None, *enterprise_ids])),
                carrier=carrier,
                role=role,
                parent=draw(st.sampled_from([None, *upstream])),
                domain=draw(st.sampled_from(Domain)),
                ct=draw(AMOUNTS),
                register_digits=draw(st.none() | st.integers(3, 15)),
                topic=draw(st.sampled_from([None, f"site/{meter_id}/#"])),
                mounted=draw(st.sampled_from(["forward", "reverse"])),
                silent_after=draw(AMOUNTS),
                product_unit="t" if role is Role.PRODUCTION else None,
            )
        )
    return Park(
        id=draw(IDS),
        name=draw(NAMES),
        time_zone=draw(st.sampled_from(["Asia/Shanghai", "UTC", "America/Argentina/Ushuaia"])),
        location=draw(st.none() | st.builds(Location, latitude=st.floats(-90, 90), longitude=st.floats(-180, 180))),
        contracted_demand=draw(st.none() | AMOUNTS),
        enterprises=tuple(
            Enterprise(id=key, name=draw(NAMES.filter(lambda name: name != Name())), area=draw(st.none() | AMOUNTS))
            for key in enterprise_ids
        ),
        meters=tuple(meters),
    )
