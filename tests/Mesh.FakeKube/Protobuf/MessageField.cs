namespace Mesh.FakeKube.Protobuf;

/// <summary>A field of a message.</summary>
/// <param name="Message">Of fields that are messages.</param>
internal sealed record MessageField(string Name, FieldKind Kind, bool Repeated = false, MessageSchema? Message = null);
