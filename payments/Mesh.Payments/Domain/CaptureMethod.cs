namespace Mesh.Payments.Domain;

/// <summary>When an authorized amount is captured; stored by number, which is that of payments.v1.CaptureMethod.</summary>
internal enum CaptureMethod
{
    Automatic = 1,
    Manual = 2,
}
