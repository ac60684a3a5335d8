using System.Text;

namespace Mesh.Hosting.Metrics;

/// <summary>Renders labels once, so that a scrape only copies them.</summary>
public static class MetricLabels
{
    /// <summary><c>a="1",b="2"</c>; values are escaped.</summary>
    public static string Render(params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in labels)
        {
            if (text.Length > 0) text.Append(',');
            text.Append(name).Append("=\"");
            foreach (var character in value)
            {
                switch (character)
                {
                    case '\\': text.Append(@"\\"); break;
                    case '"': text.Append("\\\""); break;
                    case '\n': text.Append(@"\n"); break;
                    default: text.Append(character); break;
                }
            }

            text.Append('"');
        }

        return text.ToString();
    }
}
