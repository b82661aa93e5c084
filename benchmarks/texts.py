"""Pages as the Conference's papers have them: sentences of the field in two languages, words as frequent as in real texts.

A few words stand on nearly every page, most on some, names on a handful; so questions can be asked that find thousands,
some, or two. Deterministic: the same generator gives the same pages.
"""

import random
from itertools import accumulate

SENTENCES = {
    "en": [
        "The delegation of {country} informed the meeting of its {noun} concerning {topic} and of the {noun} since {year}.",
        "The Regional Consultation Group on Migration took note of the report of {name} on {topic}.",
        "Member countries agreed to strengthen the {noun} of {topic}, with full respect for the human rights of migrants.",
        "It was recommended that the Technical Secretariat circulate the {noun} before {month} {year}.",
        "In {year}, {number} migrants were returned by land with the assistance of the consulates of {country}.",
        "The liaison officers of {country} and {country} reported {number} cases and asked for further {noun}.",
        "{name}, speaking for {country}, underlined that migration policies should consider {noun} and {noun}.",
        "Civil society organisations asked for {noun} in matters of {topic} and offered their {noun}.",
        "The workshop on {topic}, held in {month} {year}, was attended by {number} participants of {country}.",
        "Particular attention was paid to {topic} and to the {noun} of unaccompanied children.",
        "Trafficked persons are to be given {noun} without regard to their migratory status.",
        "The Presidency Pro-Tempore thanked {country} for its hospitality and for the {noun} of the meeting.",
        "Paragraph {number} was amended at the request of {country}, so as to mention the {noun} expressly.",
        "A budget of {number} thousand dollars was approved for the {noun} of {topic}.",
        "{name} presented the {noun} of border management, which depends on {noun}.",
        "The plan of action was reviewed and its {noun} moved to {month} {year}.",
    ],
    "es": [
        "La delegación de {country} informó a la reunión sobre {noun} en materia de {topic} y sobre {noun} desde {year}.",
        "El Grupo Regional de Consulta sobre Migración tomó nota del informe de {name} acerca de {topic}.",
        "Los Países Miembros acordaron fortalecer {noun} de {topic}, con pleno respeto a los derechos humanos de los migrantes.",
        "Se recomendó que la Secretaría Técnica haga circular {noun} antes de {month} de {year}.",
        "En {year} fueron retornados por vía terrestre {number} migrantes con la asistencia de los consulados de {country}.",
        "Los oficiales de enlace de {country} y de {country} comunicaron {number} casos y solicitaron {noun}.",
        "{name}, en nombre de {country}, subrayó que las políticas de migración deben considerar {noun} y {noun}.",
        "Las organizaciones de la sociedad civil pidieron {noun} en {topic} y ofrecieron {noun}.",
        "En el taller sobre {topic}, celebrado en {month} de {year}, hubo {number} participantes de {country}.",
        "Se prestó especial atención a {topic} y a {noun} de niñas y niños no acompañados.",
        "A las víctimas de trata se les brindará {noun} sin consideración de su condición migratoria.",
        "La Presidencia Pro-Témpore agradeció a {country} su hospitalidad y {noun} de la reunión.",
        "El párrafo {number} fue modificado a solicitud de {country}, para mencionar expresamente {noun}.",
        "Se aprobó un presupuesto de {number} mil dólares para {noun} de {topic}.",
        "{name} presentó {noun} de la gestión fronteriza, que depende de {noun}.",
        "Se revisó el plan de acción y se trasladó {noun} a {month} de {year}.",
    ],
}
TOPICS = {
    "en": ["consular protection", "labour migration", "smuggling of migrants", "trafficking in persons", "assisted return",
           "border control", "visa policies", "travel documents", "statistical information", "reintegration", "refuge"],
    "es": ["protección consular", "migración laboral", "tráfico de migrantes", "trata de personas", "retorno asistido",
           "control fronterizo", "política de visas", "documentos de viaje", "información estadística", "reinserción",
           "refugio"],
}  # fmt: skip
_NOUNS = {
    "en": """cooperation training exchange assessment agreement protocol programme legislation guidelines assistance
        coordination detention dialogue evaluation experience financing framework implementation indicators initiatives
        integration investigation legalisation monitoring negotiation obligations participation prevention procedures
        prosecution ratification registration regulation remittances requirements resources safeguards sanctions screening
        shelters standards strategies studies surveys tourism transit transport vulnerability welfare adoption awareness
        bilateralism campaigns certification citizenship complementarity confidentiality deportation diaspora disaggregation
        documentation emergencies environment extradition fingerprints harmonisation hurricanes interdiction jurisprudence
        leadership mainstreaming multilateralism naturalisation orphanages passports quarantine repatriation seasonality
        sovereignty temporariness unemployment verification wages xenophobia youth""",
    "es": """cooperación capacitación intercambio evaluación acuerdo protocolo programa legislación lineamientos asistencia
        coordinación detención diálogo experiencia financiamiento marco ejecución indicadores iniciativas integración
        investigación regularización seguimiento negociación obligaciones participación prevención procedimientos
        enjuiciamiento ratificación inscripción reglamentación remesas requisitos recursos salvaguardias sanciones albergues
        normas estrategias estudios encuestas turismo tránsito transporte vulnerabilidad bienestar adopción sensibilización
        bilateralismo campañas certificación ciudadanía complementariedad confidencialidad deportación diáspora desagregación
        documentación emergencias ambiente extradición huellas armonización huracanes interdicción jurisprudencia liderazgo
        transversalización multilateralismo naturalización orfanatos pasaportes cuarentena repatriación estacionalidad
        soberanía temporalidad desempleo verificación salarios xenofobia juventud""",
}
NOUNS = {language: words.split() for language, words in _NOUNS.items()}
COUNTRIES = {
    "en": ["Belize", "Canada", "Costa Rica", "the Dominican Republic", "El Salvador", "Guatemala", "Honduras", "Mexico",
           "Nicaragua", "Panama", "the United States of America"],
    "es": ["Belice", "Canadá", "Costa Rica", "la República Dominicana", "El Salvador", "Guatemala", "Honduras", "México",
           "Nicaragua", "Panamá", "los Estados Unidos de América"],
}  # fmt: skip
MONTHS = {
    "en": ["January", "March", "April", "May", "June", "August", "October", "November"],
    "es": ["enero", "marzo", "abril", "mayo", "junio", "agosto", "octubre", "noviembre"],
}
SYLLABLES = ["al", "ba", "co", "da", "es", "fer", "gon", "her", "iz", "jua", "la", "mon", "nu", "or", "pe", "qui", "ro", "sa", "to",
             "ur", "ve", "xo", "ya", "zal"]  # fmt: skip
#: Sentences on a page; all but one come from a stock of so many, since thousands of papers do repeat each other.
SENTENCES_ON_A_PAGE, STOCK = 9, 20_000
#: As many as make a full page of a real paper: the 50 pages of the published texts in the reference collection hold 332 words
#: and 2,309 signs in the mean, 356 and 2,598 in the median.
SENTENCES_ON_A_FULL_PAGE = 23


class Writer:
    """Writes pages in a language."""

    def __init__(self, language: str, rng: random.Random, *, papers: int) -> None:
        self._rng = rng
        self._sentences, self._topics = SENTENCES[language], TOPICS[language]
        self._countries, self._months, self._nouns = COUNTRIES[language], MONTHS[language], NOUNS[language]
        # The n-th word is as frequent as one n-th of the first, as in every language.
        self._weights = list(accumulate(1 / rank for rank in range(1, len(self._nouns) + 1)))
        self._stock = [self._sentence() for _number in range(min(STOCK, 10 * papers + 100))]

    def page(self, number: int, sentences: int = SENTENCES_ON_A_PAGE) -> str:
        """A page with its running head."""
        known = self._rng.choices(self._stock, k=sentences - 1)
        return "\n".join([f"RCM · {number}\n", *known, self._sentence()])

    def pages(self, count: int) -> list[str]:
        """So many pages."""
        return [self.page(number) for number in range(1, count + 1)]

    def full_page(self, number: int) -> str:
        """A page as long as those of real papers."""
        return self.page(number, SENTENCES_ON_A_FULL_PAGE)

    def _sentence(self) -> str:
        pick, roll = self._rng.choice, self._rng.random
        start, *rest = pick(self._sentences).split("{noun}")
        nouns = self._rng.choices(self._nouns, cum_weights=self._weights, k=len(rest)) if rest else []
        written = start + "".join(noun + end for noun, end in zip(nouns, rest, strict=True))
        return written.format(
            country=pick(self._countries), topic=pick(self._topics), month=pick(self._months),
            year=1996 + int(roll() * 30), number=int(roll() * roll() * 5_000), name=self._name(),
        )  # fmt: skip

    def _name(self) -> str:
        return "".join(self._rng.choices(SYLLABLES, k=3)).capitalize()
