using Mesh.Config.Diagnostics;

namespace Mesh.Config.Yaml;

/// <summary>A document inside a text field, such as the mesh configuration in a ConfigMap.</summary>
internal static class NestedYaml
{
    /// <summary>Null when there is nothing or it has errors; findings point into the outer text.</summary>
    /// <param name="unknownFields">Severity of unknown fields in this document.</param>
    public static T? Read<T>(Schema<T> schema, YamlValue node, Severity unknownFields, ReadContext context) where T : class
    {
        var outer = context.UnknownFields;
        context.UnknownFields = unknownFields;
        try
        {
            var documents = YamlDocuments.Parse(node.Text, node.Content);
            if (documents.Count > 1)
                context.Error(documents[1], DiagnosticCodes.NotAnObject, "expected one document, found several");
            var before = context.Errors;
            return documents.Count == 1 && !documents[0].IsNull
                   && schema.TryRead(documents[0], context, out var value) && context.Errors == before
                ? value
                : null;
        }
        catch (YamlSyntaxException e)
        {
            context.Error(YamlValue.Scalar("", quoted: true, e.Line, e.Column), DiagnosticCodes.BrokenYaml, $"not valid YAML: {e.Message}");
            return null;
        }
        finally
        {
            context.UnknownFields = outer;
        }
    }
}
