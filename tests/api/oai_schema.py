"""The shape of OAI-PMH 2.0's answers, written down from the protocol's text in RELAX NG; descriptions are any XML."""

from lxml import etree

GRAMMAR = """
<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="http://www.openarchives.org/OAI/2.0/"
 datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
<start><element name="OAI-PMH"><ref name="schema-location"/>
 <element name="responseDate"><ref name="second"/></element>
 <element name="request"><optional><attribute name="verb"><ref name="verb"/></attribute></optional>
  <optional><attribute name="identifier"><data type="anyURI"/></attribute></optional>
  <optional><attribute name="metadataPrefix"><ref name="prefix"/></attribute></optional>
  <optional><attribute name="from"><ref name="stamp"/></attribute></optional>
  <optional><attribute name="until"><ref name="stamp"/></attribute></optional>
  <optional><attribute name="set"><ref name="spec"/></attribute></optional>
  <optional><attribute name="resumptionToken"/></optional><data type="anyURI"/></element>
 <choice><oneOrMore><element name="error"><attribute name="code"><choice>
   <value>cannotDisseminateFormat</value><value>idDoesNotExist</value><value>badArgument</value><value>badVerb</value>
   <value>noMetadataFormats</value><value>noRecordsMatch</value><value>badResumptionToken</value>
   <value>noSetHierarchy</value></choice></attribute><text/></element></oneOrMore>
  <element name="Identify"><element name="repositoryName"><text/></element>
   <element name="baseURL"><data type="anyURI"/></element><element name="protocolVersion"><value>2.0</value></element>
   <oneOrMore><element name="adminEmail"><data type="string"><param name="pattern">\\S+@(\\S+\\.)+\\S+</param></data></element></oneOrMore>
   <element name="earliestDatestamp"><ref name="stamp"/></element><element name="deletedRecord"><value>persistent</value></element>
   <element name="granularity"><value>YYYY-MM-DDThh:mm:ssZ</value></element>
   <zeroOrMore><element name="compression"><text/></element></zeroOrMore>
   <zeroOrMore><element name="description"><ref name="any"/></element></zeroOrMore></element>
  <element name="ListMetadataFormats"><oneOrMore><element name="metadataFormat">
   <element name="metadataPrefix"><ref name="prefix"/></element><element name="schema"><data type="anyURI"/></element>
   <element name="metadataNamespace"><data type="anyURI"/></element></element></oneOrMore></element>
  <element name="ListSets"><oneOrMore><element name="set"><element name="setSpec"><ref name="spec"/></element>
   <element name="setName"><text/></element></element></oneOrMore></element>
  <element name="GetRecord"><ref name="record"/></element>
  <element name="ListRecords"><oneOrMore><ref name="record"/></oneOrMore><optional><ref name="token"/></optional></element>
  <element name="ListIdentifiers"><oneOrMore><ref name="header"/></oneOrMore><optional><ref name="token"/></optional></element>
 </choice></element></start>
<define name="record"><element name="record"><choice>
 <ref name="deleted"/>
 <group><ref name="header"/><element name="metadata"><ref name="any"/></element></group></choice></element></define>
<define name="header"><choice><ref name="deleted"/><element name="header"><ref name="in-header"/></element></choice></define>
<define name="deleted"><element name="header"><attribute name="status"><value>deleted</value></attribute><ref name="in-header"/></element></define>
<define name="in-header"><element name="identifier"><data type="anyURI"/></element>
 <element name="datestamp"><ref name="second"/></element>
 <zeroOrMore><element name="setSpec"><ref name="spec"/></element></zeroOrMore></define>
<define name="token"><element name="resumptionToken"><optional><attribute name="expirationDate"><ref name="second"/></attribute></optional>
 <attribute name="completeListSize"><data type="positiveInteger"/></attribute>
 <attribute name="cursor"><data type="nonNegativeInteger"/></attribute><text/></element></define>
<define name="verb"><choice><value>Identify</value><value>ListMetadataFormats</value><value>ListSets</value><value>GetRecord</value>
 <value>ListIdentifiers</value><value>ListRecords</value></choice></define>
<define name="second"><data type="dateTime"><param name="pattern">\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ</param></data></define>
<define name="stamp"><choice><ref name="second"/><data type="date"><param name="pattern">\\d{4}-\\d\\d-\\d\\d</param></data></choice></define>
<define name="prefix"><data type="string"><param name="pattern">[A-Za-z0-9\\-_.!~*'()]+</param></data></define>
<define name="spec"><data type="string"><param name="pattern">[A-Za-z0-9\\-_.!~*'()]+(:[A-Za-z0-9\\-_.!~*'()]+)*</param></data></define>
<define name="schema-location"><attribute name="schemaLocation" ns="http://www.w3.org/2001/XMLSchema-instance"/></define>
<define name="any"><element><anyName><except><nsName/></except></anyName>
 <zeroOrMore><choice><attribute><anyName/></attribute><text/><ref name="any"/></choice></zeroOrMore></element></define>
</grammar>
"""
SHAPE = etree.RelaxNG(etree.fromstring(GRAMMAR))


def checked(content: bytes) -> etree._Element:
    """The root of an answer that has the shape of the protocol; fails with what has not."""
    root = etree.fromstring(content)
    assert SHAPE.validate(root), SHAPE.error_log
    return root
