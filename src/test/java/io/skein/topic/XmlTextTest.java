package io.skein.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XmlTextTest {
    private static Optional<String> problem(String text) {
        return XmlText.problem(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<a/>",
                "<a></a>",
                "<a />",
                "<a\n>x</a >",
                "<?xml version=\"1.0\"?><a/>",
                "<?xml version='1.0' encoding='utf-8'?>\n<a/>",
                "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\" ?><a/>",
                "\uFEFF<a/>",
                "<!-- c --><a/><!-- d --><?pi x?>\n",
                "<a b='1' c=\"2\"/>",
                "<a b='x &lt; &amp; &#65; &#x1F9A2; \"'/>",
                "<a>&gt;&apos;&quot;</a>",
                "<a><![CDATA[<&]]]]></a>",
                "<a><b/>text<c>d</c><!-- e --><?f?><?g h?></a>",
                "<Message><Topic>t</Topic></Message>",
                "<ä:日 xmlns:ä='u'/>",
                "<a xmlns='u'><b xmlns=''/></a>",
                "<p:a xmlns:p='u' p:b='1' b='2'/>",
                "<a xml:lang='de'/>",
                "<a xmlns:p='u'><p:b/><p:c><p:d/></p:c></a>",
                "<a b='\n\t'/>",
                "<a>]] ></a>",
                "<_-.1/>",
                "<a b = '1'/>",
                "<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
                "<?xml version='1.1'?><a/>",
                "<?xml-stylesheet x?><a/>"
            })
    void textsThatAreXml(String text) {
        assertEquals(Optional.empty(), problem(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "x",
                "<",
                "<a",
                "<a>",
                "</a>",
                "<a></b>",
                "<a/><b/>",
                "<a/>x",
                "x<a/>",
                "<a><b></a></b>",
                "< a/>",
                "<a b/>",
                "<a b=1/>",
                "<a b='1'c='2'/>",
                "<a b='1' b='2'/>",
                "<a b='<'/>",
                "<a b='&'/>",
                "<a>&</a>",
                "<a>&nbsp;</a>",
                "<a>&#0;</a>",
                "<a>&#xFFFE;</a>",
                "<a>&#x110000;</a>",
                "<a>&#99999999999;</a>",
                "<a>&#-1;</a>",
                "<a>&#+1;</a>",
                "<a>&#;</a>",
                "<a>&#x;</a>",
                "<a>&lt</a>",
                "<a>]]></a>",
                "<a><!-- -- --></a>",
                "<a><!-- --->",
                "<!-- -->",
                "<a><![CDATA[</a>",
                "<![CDATA[x]]>",
                "<1a/>",
                "<-a/>",
                "<a>\u0001</a>",
                "<a>\uFFFE</a>",
                " <?xml version='1.0'?><a/>",
                "<a/><?xml version='1.0'?>",
                "<?xml encoding='UTF-8'?><a/>",
                "<?xml version='2.0'?><a/>",
                "<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
                "<?xml version='1.0' standalone='maybe'?><a/>",
                "<?xml version='1.0'",
                "<a><?pi</a>",
                "<a><?XML x?></a>",
                "<!DOCTYPE a><a/>",
                "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
                "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
                "<p:a/>",
                "<a p:b='1'/>",
                "<:a/>",
                "<a:/>",
                "<a:b:c xmlns:a='u'/>",
                "<a xmlns:p=''/>",
                "<a xmlns:xmlns='u'/>",
                "<a xmlns:xml='u'/>",
                "<a xmlns:p='http://www.w3.org/2000/xmlns/'/>",
                "<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>",
                "<a><p:b xmlns:p='u'/><p:c/></a>",
                "<a//>",
                "<a></a",
                "<a></a b>",
                "<a b='1",
                "{}",
                "<a>\uFEFF",
                "<a/>\u0000"
            })
    void textsThatAreNone(String text) {
        assertTrue(problem(text).isPresent());
    }

    @Test
    void whatIsWrongIsSaid() {
        assertEquals(Optional.of("</b> closes <a>"), problem("<a></b>"));
        assertEquals(Optional.of("a document type is not allowed"), problem("<!DOCTYPE a><a/>"));
        assertEquals(Optional.of("the body ends where </a> is expected"), problem("<a>"));
    }

    @Test
    void utf16WithAMarkIsReadAndOtherBytesAreNot() {
        byte[] utf16 = "\uFEFF<?xml version='1.0' encoding='UTF-16'?><ä/>".getBytes(StandardCharsets.UTF_16LE);

        assertEquals(Optional.empty(), XmlText.problem(utf16));
        assertEquals(
                Optional.of("the body is no valid UTF-8"),
                XmlText.problem("<a>ä</a>".getBytes(StandardCharsets.ISO_8859_1)));
    }

    @Test
    void depthAndAttributesAreBounded() {
        assertEquals(Optional.empty(), problem("<a>".repeat(512) + "</a>".repeat(512)));
        assertTrue(problem("<a>".repeat(513) + "</a>".repeat(513)).isPresent());
        assertTrue(problem("<a>".repeat(1_000_000)).isPresent());
        var many = new StringBuilder("<a");
        for (int i = 0; i < 2_000; i++) {
            many.append(" a").append(i).append("=''");
        }
        assertTrue(problem(many.append("/>").toString()).isPresent());
    }

    /** The JDK's reader as second opinion, over texts that are nearly XML. */
    @Test
    void anotherReaderSaysTheSame() {
        String[] parts = {
            "<a>",
            "</a>",
            "<a/>",
            "<b x='1'>",
            "</b>",
            "<p:a xmlns:p='u'>",
            "</p:a>",
            "<p:c/>",
            "text",
            "&amp;",
            "&#65;",
            "&x;",
            "]]>",
            "<!-- c -->",
            "<!-- -- -->",
            "<?pi d?>",
            "<![CDATA[<]]>",
            " ",
            "<a b='1' b='2'/>",
            "<",
            "<a xmlns:q='v' q:x=''/>"
        };
        var random = new Random(7);
        var factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        int good = 0;
        for (int i = 0; i < 100_000; i++) {
            var text = new StringBuilder();
            for (int n = 1 + random.nextInt(7); n > 0; n--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            boolean ours = problem(text.toString()).isEmpty();
            assertEquals(jdk(factory, text.toString()), ours, text.toString());
            good += ours ? 1 : 0;
        }
        assertTrue(good > 1_000, "only " + good + " were XML");
    }

    private static boolean jdk(XMLInputFactory factory, String text) {
        try {
            var reader = factory.createXMLStreamReader(new StringReader(text));
            boolean element = false;
            while (reader.hasNext()) {
                element |= reader.next() == XMLStreamConstants.START_ELEMENT;
            }
            return element;
        } catch (XMLStreamException malformed) {
            return false;
        }
    }
}
