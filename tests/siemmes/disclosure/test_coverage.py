"""What codes cover: which figures can add up to which."""

from siemmes.disclosure.coverage import WHEN, covers, sums

LISTS = {
    "AGE": "CL_AGE",
    "COUNTERPART_AREA": "CL_AREA",
    "ARRIVAL_PERIOD": "CL_ARRIVAL_PERIOD",
    "SEX": "CL_SEX",
    "EMPLOYMENT_STATUS": "CL_EMPLOYMENT_STATUS",
}


def ways(dimension, *codes):
    return set(sums(dimension, codes, LISTS))


def test_the_total_is_made_of_the_widest_parts_and_each_of_those_of_its_own():
    assert ways("COUNTERPART_AREA", "_T", "G_CAM", "NIC", "CRI", "USA", "_O") == {
        ("_T", ("G_CAM", "USA", "_O")),
        ("_T", ("CRI", "NIC", "USA", "_O")),
        ("G_CAM", ("CRI", "NIC")),
    }


def test_age_bands_that_tile_another_add_up_to_it_and_overlapping_ones_do_not_stand_together():
    found = ways("AGE", "Y0T4", "Y5T9", "Y0T9", "Y10T14", "Y5T14")

    assert found == {("Y0T9", ("Y0T4", "Y5T9")), ("Y5T14", ("Y10T14", "Y5T9"))}


def test_durations_and_years_of_arrival_are_two_breakdowns_of_one_total():
    found = ways("ARRIVAL_PERIOD", "_T", "P_LT1980", "P1980T1989", "D_LT1", "D1T4", "_U")

    assert ("_T", ("P1980T1989", "P_LT1980", "_U")) in found
    assert ("_T", ("D1T4", "D_LT1", "_U")) in found
    assert not any("D_LT1" in parts and "P_LT1980" in parts for _, parts in found)


def test_codes_below_another_in_the_list_add_up_to_it():
    assert ("SELF", ("ERS", "OAW")) in ways("EMPLOYMENT_STATUS", "_T", "EES", "SELF", "ERS", "OAW")


def test_months_make_quarters_and_a_fiscal_year_reaches_over_two_calendar_years():
    months = [f"M 2003-{number:02}" for number in range(1, 4)]
    fiscal = [*(f"M 2002-{number}" for number in (10, 11, 12)), *months]

    assert ways(WHEN, "Q 2003-Q1", *months) == {("Q 2003-Q1", tuple(months))}
    assert ("A 2002-10-01/P1Y", tuple(fiscal)) in ways(WHEN, "A 2002-10-01/P1Y", *fiscal)


def test_not_applicable_is_never_part_of_a_total():
    assert covers("SEX", "_Z", LISTS) is None
    assert ways("SEX", "_T", "F", "M", "_Z") == {("_T", ("F", "M"))}
