namespace Mesh.Config.Yaml;

/// <summary>The declaration of a message type, its type hidden: what there is, not how to read it.</summary>
internal interface IMessageSchema
{
    string Name { get; }

    /// <summary>Fields in written order, each with the message it holds, or holds many of; null for plain values.</summary>
    IEnumerable<(string Field, IMessageSchema? Message)> Declarations { get; }

    /// <summary>False for a field that is neither kept nor reported: whoever reads text may pass over it.</summary>
    /// <param name="message">The message that the field holds, or holds a list of, if it is one.</param>
    bool Reads(string field, out IMessageSchema? message);
}
